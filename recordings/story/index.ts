/** A recording as steps that a person can look at, for whoever only reads: nothing here loads a harness. */
export { placeName } from '../format/recording.ts';
export { contextChangeOf, contextOf } from './context-of.ts';
export { compareStories } from './difference/compare-stories.ts';
export { loopsOf } from './loops-of.ts';
export { parseStory, readStory, type TellingOptions } from './read-story.ts';
export { tallyStory } from './tally-story.ts';
