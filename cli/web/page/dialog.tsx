/** A dialog of the browser's own kind: it holds the focus, Escape closes it, and the focus then returns. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export interface DialogOptions {
  readonly title: string;
  /** After Escape, and after the button in its corner. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Of buttons, at its end. */
  readonly actions?: ComponentChildren;
  /** For wide content, such as the columns of a log. */
  readonly isWide?: boolean;
}

/** Opens when it is rendered. Render it only while it is to be seen. */
export function Dialog({ title, onClose, children, actions, isWide }: DialogOptions) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    const before = document.activeElement;
    current?.showModal();
    return () => {
      current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.querySelector<HTMLElement>('main h2')?.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} class={isWide ? 'wide' : ''} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="body" aria-label={title} tabIndex={0}>
        {children}
      </section>
      {actions && <footer>{actions}</footer>}
    </dialog>
  );
}
