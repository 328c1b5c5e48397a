// The page of a recording: one file that holds its data and loads nothing. What it holds was said by people, models and
// tools, so it is set as text and never as markup; the policy in its head would stop it otherwise.

import type { View } from '../view.ts';
import { followAddress, keepAddress } from './address.ts';
import { createDivider } from './divider.ts';
import { byId } from './element.ts';
import { createSearchField } from './head/search-field.ts';
import { followTheme } from './head/theme.ts';
import { showTitle } from './head/title.ts';
import { listenToKeys } from './keyboard.ts';
import { createStage, type Shown } from './shown.ts';
import { createDetail } from './step/detail.ts';
import { createFilters } from './steps/filters.ts';
import { createStepList } from './steps/step-list.ts';
import { createTimeline } from './timeline/timeline.ts';

const view: View = JSON.parse(byId('view').textContent ?? '');
const drawings: ((now: Shown) => void)[] = [];
const stage = createStage(view, (now, before) => {
  for (const draw of drawings) draw(now);
  keepAddress(view, now, before);
});

followTheme();
showTitle(stage);
createDivider({ id: 'timeline-height', of: byId('timeline'), axis: 'y', least: 0.06, most: 0.6 });
createDivider({ id: 'list-width', of: byId('steps'), axis: 'x', least: 0.15, most: 0.7 });
drawings.push(
  createTimeline(stage),
  createStepList(stage),
  createDetail(stage),
  createSearchField(stage),
  createFilters(stage),
);
listenToKeys(stage);
byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('list').focus();
});
followAddress(stage);
