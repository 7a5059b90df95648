/** Owns where stories play: the thread around them, and the surfaces they are seen on. */
import { ChatThreadProvider, RendererProvider, RowOutlet, useTranscriptRows } from "@sessionstream/react";
import { DEFAULT_RENDERERS, Root, type Theme } from "@sessionstream/react/widgets";
import { createContext, type ReactNode, useContext, useState } from "react";
import type { Scene } from "./scene.ts";
import "./stage.css";

const SceneContext = createContext<Scene | null>(null);

export interface StageProps {
  readonly scene: () => Scene;
  readonly children: ReactNode;
}

export function Stage({ scene: make, children }: StageProps) {
  const [scene] = useState(make);
  return (
    <SceneContext.Provider value={scene}>
      <ChatThreadProvider client={scene.client} sessionId={scene.sessionId}>
        {children}
      </ChatThreadProvider>
    </SceneContext.Provider>
  );
}

/** For those who bring a provider of their own. */
export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (scene === null) throw new Error("This story needs a scene: `loaders: [hubScene(…)]`.");
  return scene;
}

export interface SurfaceProps {
  readonly theme?: Theme | undefined;
  readonly children?: ReactNode;
}

/** A piece of the kit by itself, on the kit's background. */
export function Surface({ theme, children }: SurfaceProps) {
  return (
    <Root theme={theme} className="stage-surface">
      <main className="stage-column">{children}</main>
    </Root>
  );
}

/** The rows of the thread through the kit's renderers, without the panel around them. */
export function RowsOnSurface({ theme }: Pick<SurfaceProps, "theme">) {
  return (
    <Surface theme={theme}>
      <RendererProvider defaults={DEFAULT_RENDERERS}>
        <Rows />
      </RendererProvider>
    </Surface>
  );
}

function Rows() {
  return useTranscriptRows().map((row) => (
    <div key={row.key} data-part="row">
      <RowOutlet row={row} />
    </div>
  ));
}

/** What a panel fills: the whole canvas, or a part of it as high as a panel in a page. */
export function PanelFrame({ height, children }: { readonly height?: "part"; readonly children: ReactNode }) {
  return <main className={height === "part" ? "stage-panel stage-panel-part" : "stage-panel"}>{children}</main>;
}

/** A page of somebody else's, for what floats over it. */
export function HostPage({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <main className="stage-host">
        <h1>Orders</h1>
        <p>An app of your own. The chat floats over it and leaves its styles alone.</p>
        <table>
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Customer</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {ORDERS.map(([order, customer, state]) => (
              <tr key={order}>
                <td>{order}</td>
                <td>{customer}</td>
                <td>{state}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </main>
      {children}
    </>
  );
}

const ORDERS = [
  ["4021", "Mara Lindqvist", "Shipped"],
  ["4022", "Tomás Ferreira", "Packed"],
  ["4023", "Aiko Tanaka", "Paid"],
  ["4024", "Ines Okafor", "Delivered"],
  ["4025", "Jonas Weber", "Shipped"],
] as const;
