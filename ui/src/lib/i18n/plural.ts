// The right form of a word for a number: one, few, many, other.

import type { Language } from '$lib/backend/contract';

export interface Forms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

const rules: Record<Language, Intl.PluralRules> = {
  ru: new Intl.PluralRules('ru'),
  en: new Intl.PluralRules('en'),
};

/** `#` in the form becomes the number, grouped as the language groups it. */
export function plural(language: Language, n: number, forms: Forms): string {
  const form = forms[rules[language].select(n) as keyof Forms] ?? forms.other;
  return form.replaceAll('#', number(language, n));
}

const numbers: Record<Language, Intl.NumberFormat> = {
  ru: new Intl.NumberFormat('ru'),
  en: new Intl.NumberFormat('en'),
};

export function number(language: Language, n: number): string {
  return numbers[language].format(n);
}
