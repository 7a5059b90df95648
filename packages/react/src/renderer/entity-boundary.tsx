/**
 * Owns the fault line around one entity: a renderer that throws costs its own card and nothing else (L12).
 * A settled entity gets a second chance by itself, since what threw may have been its half-written state.
 */
import type { TimelineEntity } from "@sessionstream/client";
import { Component, type ReactNode } from "react";
import { FailedCard } from "./fallback-card.tsx";

export type RenderErrorHandler = (error: unknown, entity: TimelineEntity) => void;

interface EntityBoundaryProps {
  readonly entity: TimelineEntity;
  readonly onError: RenderErrorHandler | undefined;
  readonly children: ReactNode;
}

interface EntityBoundaryState {
  readonly failure: { readonly error: unknown } | null;
  readonly open: boolean;
}

export class EntityBoundary extends Component<EntityBoundaryProps, EntityBoundaryState> {
  override state: EntityBoundaryState = { failure: null, open: this.props.entity.open };

  static getDerivedStateFromError(error: unknown): Partial<EntityBoundaryState> {
    return { failure: { error } };
  }

  static getDerivedStateFromProps(
    { entity }: EntityBoundaryProps,
    state: EntityBoundaryState,
  ): Partial<EntityBoundaryState> | null {
    return entity.open === state.open ? null : { failure: null, open: entity.open };
  }

  override componentDidCatch(error: unknown): void {
    try {
      this.props.onError?.(error, this.props.entity);
    } catch (handlerError) {
      // The application's handler must not take the thread down, nor disappear.
      raise(handlerError);
    }
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <FailedCard entity={this.props.entity} error={failure.error} onRetry={() => this.setState({ failure: null })} />
    );
  }
}

/** As an uncaught error: where the application looks for those. */
function raise(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    setTimeout(() => {
      throw error;
    });
}
