// What on the shown page is not saved yet. Leaving it asks first.

export interface Unsaved {
  dirty: () => boolean;
  /** False: refused, the page stays. */
  save: () => Promise<boolean>;
  drop: () => void;
}

class Leave {
  #all = new Set<Unsaved>();
  /** Where the person wanted to go while something was not saved. */
  wanted = $state('');

  watch(unsaved: Unsaved): () => void {
    this.#all.add(unsaved);
    return () => this.#all.delete(unsaved);
  }

  /** For the route: may this address be shown? */
  may_go = (wanted: string): boolean => {
    if (![...this.#all].some((each) => each.dirty())) return true;
    this.wanted = wanted;
    return false;
  };

  stay(): void {
    this.wanted = '';
  }

  drop(): void {
    for (const each of this.#all) if (each.dirty()) each.drop();
    this.#go();
  }

  async save(): Promise<void> {
    for (const each of this.#all) {
      if (each.dirty() && !(await each.save())) {
        this.wanted = '';
        return;
      }
    }
    this.#go();
  }

  #go(): void {
    const { wanted } = this;
    this.wanted = '';
    if (wanted) location.hash = wanted;
  }
}

export const leave = new Leave();
