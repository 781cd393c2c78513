import { type Language } from '../../dashboards/catalog';
import { type GroupId, type RuleId } from '../rules';
import { en } from './en';
import { es } from './es';
import { ptBR } from './pt-BR';

/** The texts of the alert rules in one language. */
export interface AlertTexts {
  language: Language;
  /** Comment lines at the top of the provisioning file. */
  header: string[];
  folder: string;
  groups: Record<GroupId, string>;
  /** Replaces a text if the rule has no values. */
  numberless: string;
  rules: Record<RuleId, RuleTexts>;
}

/**
 * Summary and description are Grafana templates: `$labels` contains the labels of
 * the alert instance, `$values` the values of the rule.
 */
export interface RuleTexts {
  title: string;
  /** What is wrong, where and how much. */
  summary: string;
  /** What it means and what to do. */
  description: string;
}

export const TEXTS: AlertTexts[] = [en, es, ptBR];
