import { type Language } from '../../dashboards/catalog';
import { type GroupId, type RuleId } from '../rules';
import { en } from './en';
import { es } from './es';
import { ptBR } from './pt-BR';

/** What the alert rules say in one language. */
export interface AlertTexts {
  language: Language;
  /** The lines at the top of the file. */
  header: string[];
  folder: string;
  groups: Record<GroupId, string>;
  /** Instead of a text whose numbers are not known. */
  numberless: string;
  rules: Record<RuleId, RuleTexts>;
}

/**
 * Summary and description are templates of Grafana's: `$labels` are those of the
 * instance, `$values` the rule's numbers.
 */
export interface RuleTexts {
  title: string;
  /** What is wrong, where, how much. */
  summary: string;
  /** What it means and what to do. */
  description: string;
}

export const TEXTS: AlertTexts[] = [en, es, ptBR];
