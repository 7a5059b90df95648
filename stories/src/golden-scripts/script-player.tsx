/** Owns the stage of a golden script: the chat as a reader sees it, and beside it the frames that made it so. */
import { type FrameScriptName, frameScript } from "@sessionstream/protocol/testing";
import { ChatPanel, type Theme } from "@sessionstream/react/widgets";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Stage } from "../stage/stage.tsx";
import { describeFrame } from "./describe-frame.ts";
import { createPerformance } from "./performance.ts";
import "./script-player.css";

export interface ScriptPlayerProps {
  readonly name: FrameScriptName;
  /** Between two frames while it plays. */
  readonly pauseMs: number;
  readonly theme?: Theme;
}

export function ScriptPlayer({ name, pauseMs, theme }: ScriptPlayerProps) {
  const script = frameScript(name);
  const [performance] = useState(() => createPerformance(script));
  const { position, scene, beginning } = useSyncExternalStore(performance.subscribe, performance.get);
  const [playing, setPlaying] = useState(false);
  const frames = useRef<HTMLOListElement>(null);
  const atEnd = position === performance.length;

  useEffect(() => () => performance.close(), [performance]);
  useEffect(() => {
    if (!playing) return;
    if (atEnd) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => void performance.goTo(position + 1), pauseMs);
    return () => clearTimeout(timer);
  }, [performance, playing, position, atEnd, pauseMs]);

  useEffect(() => {
    if (position > 0) frames.current?.children[position - 1]?.scrollIntoView({ block: "nearest" });
  }, [position]);

  const goTo = (next: number) => {
    setPlaying(false);
    void performance.goTo(next);
  };
  const play = async () => {
    if (atEnd) await performance.goTo(0);
    setPlaying(true);
  };

  return (
    <div className="script">
      <main className="script-chat">
        <Stage key={beginning} scene={() => scene}>
          <ChatPanel title={name} {...(theme === undefined ? {} : { theme })} />
        </Stage>
      </main>
      <aside className="script-score" aria-label="Frames">
        <p>{script.description}</p>
        <div className="script-controls">
          <button type="button" onClick={() => goTo(0)}>
            Start over
          </button>
          <button type="button" disabled={atEnd} onClick={() => goTo(position + 1)}>
            Next frame
          </button>
          <button type="button" onClick={playing ? () => setPlaying(false) : () => void play()}>
            {playing ? "Pause" : "Play"}
          </button>
          <button type="button" disabled={atEnd} onClick={() => goTo(performance.length)}>
            To the end
          </button>
        </div>
        <label className="script-position">
          <span>
            Frame {position} of {performance.length}
          </span>
          <input
            type="range"
            min={0}
            max={performance.length}
            value={position}
            onChange={(event) => goTo(event.target.valueAsNumber)}
          />
        </label>
        <ol className="script-frames" ref={frames}>
          {script.steps.map((step, index) => (
            <li key={index} data-played={index < position} data-from={step.from}>
              <button
                type="button"
                aria-current={index === position - 1 ? "step" : undefined}
                onClick={() => goTo(index + 1)}
              >
                <span>{step.from === "server" ? "Server" : "Client"}</span>
                <code>{describeFrame(step.frame)}</code>
              </button>
              {step.note === undefined ? null : <p>{step.note}</p>}
            </li>
          ))}
        </ol>
      </aside>
    </div>
  );
}
