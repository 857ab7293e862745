import { useNavigate } from "@tanstack/react-router";

/** The way from a channel's panel back to the list. */
export function useCloseChannel(): () => void {
  const navigate = useNavigate();
  return () => void navigate({ to: "/channels", resetScroll: false });
}
