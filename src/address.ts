/** The placeholders of a chat URL template. */
export const PLACEHOLDERS = ['{account_id}', '{conversation_id}', '{display_id}', '{contact_id}', '{line_id}', '{url}'];

/** Why a chat URL template is not valid. The backend has the same check. */
export type TemplateProblem = { kind: 'placeholder'; word: string } | { kind: 'address' };

/** Checks that a chat URL template is an http or https URL with known placeholders. An empty one makes no links. */
export function templateProblem(template: string | undefined): TemplateProblem | undefined {
  const text = template?.trim();
  if (!text) {
    return undefined;
  }
  const unknown = text.match(/{[^{}]*}/g)?.find((word) => !PLACEHOLDERS.includes(word));
  if (unknown) {
    return { kind: 'placeholder', word: unknown };
  }
  const filled = text.replace(/{[^{}]*}/g, '1');
  const brace = filled.match(/[{}]/);
  if (brace) {
    return { kind: 'placeholder', word: brace[0] };
  }
  return /^https?:\/\/[^/?#\s]/i.test(filled) && URL.canParse(filled) ? undefined : { kind: 'address' };
}

/** Whether a host contains a port, a scheme or anything else than a host name. */
export function isBadHost(host: string | undefined): boolean {
  const text = host?.trim() ?? '';
  return !text.startsWith('/') && (/[/@?#\s]/.test(text) || /^(\[[^\]]*\]|[^:]*):\d*$/.test(text));
}
