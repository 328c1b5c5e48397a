import { button, element } from './element.js';

const pretty = (value) => JSON.stringify(value, null, 2);

/**
 * Draws what waits, or waited, for a person into `card`. `decide` sends a decision and throws what the server says against it.
 */
export function approvalCard(card, { tool, input, reason, roles, decision }, decide) {
  const verdict = decision?.verdict ?? '';
  if (card.dataset.verdict === verdict) return card;
  card.dataset.verdict = verdict;
  const title = element('h3', '', `${tool} asks for approval`);
  const shown = [title, element('p', '', reason), element('pre', '', pretty(input))];
  card.setAttribute('role', 'group');
  card.setAttribute('aria-label', title.textContent);
  if (decision === undefined) {
    const state = element('p', 'state', `Waits for: ${roles.join(' or ')}`);
    state.setAttribute('role', 'status');
    shown.push(state, decisionForm(input, { state, decide }));
  } else {
    shown.push(element('p', 'state', endOf(decision)));
    const isEdited = verdict === 'approved' && pretty(decision.input) !== pretty(input);
    if (isEdited) {
      shown.push(element('p', '', 'With other arguments:'));
      shown.push(element('pre', 'edited', pretty(decision.input)));
    }
  }
  card.replaceChildren(...shown);
  return card;
}

/** Who may decide is shown the form; the server says who that is. */
export function showForm(card, mayDecide) {
  const form = card?.querySelector('.decision');
  if (form) form.hidden = !mayDecide;
}

function endOf({ verdict, by, reason }) {
  const who = by === undefined ? '' : ` by ${by}`;
  return `${verdict}${who}${reason ? `: ${reason}` : ''}`;
}

function decisionForm(input, { state, decide }) {
  const form = element('div', 'decision', '');
  form.hidden = true;
  const edited = element('textarea', '', '');
  edited.value = pretty(input);
  edited.rows = edited.value.split('\n').length;
  edited.spellcheck = false;
  edited.setAttribute('aria-label', 'Arguments');
  const others = element('details', '', '');
  others.append(element('summary', '', 'Approve other arguments'), edited);
  const why = element('input', '', '');
  why.maxLength = 2000;
  const label = element('label', '', 'Reason (needed to reject)');
  label.append(why);
  const problem = element('p', '', '');
  problem.setAttribute('role', 'alert');
  const row = element('div', 'row', '');
  const send = async (verdict) => {
    const missing = problemWith({ verdict, why, others, edited });
    problem.textContent = missing?.text ?? '';
    if (missing !== undefined) return missing.field.focus();
    const isEdited = verdict === 'approve' && others.open && edited.value !== pretty(input);
    for (const each of row.children) each.disabled = true;
    try {
      await decide({
        verdict,
        reason: why.value.trim(),
        ...(isEdited ? { editedArguments: JSON.parse(edited.value) } : {}),
      });
      form.hidden = true;
      state.textContent = 'Decided; the run goes on.';
    } catch (error) {
      problem.textContent = error.message;
      for (const each of row.children) each.disabled = false;
    }
  };
  row.append(
    button('Approve', 'approve', () => void send('approve')),
    button('Reject', 'danger', () => void send('reject')),
  );
  form.addEventListener('input', () => {
    problem.textContent = '';
  });
  form.append(others, label, problem, row);
  return form;
}

function problemWith({ verdict, why, others, edited }) {
  if (verdict === 'reject') {
    const isSilent = why.value.trim() === '';
    return isSilent ? { text: 'Say why it is rejected.', field: why } : undefined;
  }
  if (!others.open) return undefined;
  try {
    JSON.parse(edited.value);
    return undefined;
  } catch {
    return { text: 'The arguments are not JSON.', field: edited };
  }
}
