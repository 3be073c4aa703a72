// GREEN-API: what the number of an instance says about its address.

/** Where an instance lives: its first four digits name the host. Empty when the number is not one yet. */
export function address_of(instance_id: string): string {
  const id = instance_id.trim();
  return /^\d{10,}$/u.test(id) ? `https://${id.slice(0, 4)}.api.green-api.com` : '';
}

/** The address follows the number until a person writes another. */
export function follows(address: string, instance_id: string): boolean {
  return address.trim() === '' || address.trim().replace(/\/+$/u, '') === address_of(instance_id);
}
