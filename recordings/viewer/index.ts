/** Recordings and runs as pages for a browser, for whoever writes them. */
export { renderPage } from './render-page.ts';
export { type SessionLogData, viewRun } from './run/view-run.ts';
export type { View } from './view.ts';
export { type ViewOptions, viewStories } from './view-stories.ts';
