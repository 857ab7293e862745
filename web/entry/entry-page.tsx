import { useEffect } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";

/** A page for people who are not signed in: the mark, what the gateway is, and one form. */
export function EntryPage({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}): ReactNode {
  const { product } = useWords();
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="flex w-full max-w-sm flex-col gap-8">
        <div className="flex flex-col gap-4">
          <Aperture size={40} />
          <h1 className="text-display font-[650] tracking-[-0.02em] text-balance">{title}</h1>
          <p className="text-soft">{lead}</p>
        </div>
        {children}
      </div>
    </main>
  );
}
