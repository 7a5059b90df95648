// For tests and stories of applications. Needs @testing-library/react.
export { type RenderedThread, type RenderWithThreadOptions, renderWithThread } from "./render-with-thread.tsx";
export {
  FAILED_TURN,
  FINISHED_TURN,
  longThread,
  SAMPLE_MARKDOWN,
  STREAMING_TURN,
  type StoryScript,
  WORKING_TURN,
} from "./story-data.ts";
