import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { texts } from "../texts";

const TOAST_MS = 8000;

export interface Toast {
  tone: "calm" | "bad";
  text: string;
}

interface Shown extends Toast {
  id: number;
}

const ShowToast = createContext<(toast: Toast) => void>(() => undefined);

/** Shows a short message in the corner for a while. */
export function useToast(): (toast: Toast) => void {
  return useContext(ShowToast);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Shown[]>([]);
  const lastId = useRef(0);
  const show = useCallback((toast: Toast) => {
    const id = ++lastId.current;
    setToasts((shown) => [...shown, { ...toast, id }]);
  }, []);
  const hide = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  return (
    <ShowToast value={show}>
      {children}
      <div className="toasts" aria-live="polite">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onHide={hide} />
        ))}
      </div>
    </ShowToast>
  );
}

function ToastCard({ toast, onHide }: { toast: Shown; onHide: (id: number) => void }) {
  const { id } = toast;
  useEffect(() => {
    const timer = setTimeout(() => onHide(id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [id, onHide]);
  return (
    <div className="toast" data-tone={toast.tone} data-testid="toast">
      <p>{toast.text}</p>
      <button type="button" className="icon-button" aria-label={texts.ui.dismiss} onClick={() => onHide(id)}>
        ✕
      </button>
    </div>
  );
}
