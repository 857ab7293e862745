import type { ReactNode, RefObject } from "react";
import {
  Menu as AriaMenu,
  Header,
  MenuItem as AriaMenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  type MenuItemProps,
  type Selection,
} from "react-aria-components";
import { Icon } from "./icon.tsx";

const popoverLooks = "min-w-52 rounded-panel border border-line bg-raised p-1 shadow-float";

/** A button with the list that it opens. */
export function Menu({
  trigger,
  label,
  children,
}: {
  /** A `Button`. */
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={popoverLooks}>
        <AriaMenu aria-label={label} className="outline-none">
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** An open list beside the button that opened it. Where there are very many such buttons, each makes its list only then. */
export function OpenMenu({
  trigger,
  label,
  isByKey,
  onClose,
  children,
}: {
  readonly trigger: RefObject<HTMLElement | null>;
  readonly label: string;
  /** True where a key opened it: its first line has the focus then. */
  readonly isByKey: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Popover
      isOpen
      aria-label={label}
      triggerRef={trigger}
      placement="bottom end"
      onOpenChange={onClose}
      className={popoverLooks}
    >
      <AriaMenu
        aria-label={label}
        autoFocus={isByKey ? "first" : true}
        onClose={onClose}
        className="outline-none"
      >
        {children}
      </AriaMenu>
    </Popover>
  );
}

const itemLooks =
  "flex min-h-9 items-center gap-2 rounded-control px-2.5 text-ink outline-none pointer-coarse:min-h-11 " +
  "data-[focused]:bg-sunk data-[disabled]:text-soft data-[focus-visible]:outline-2 data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-accent";

/** A line of a menu: an action, or a link where it has `href`. */
export function MenuItem({
  children,
  ...rest
}: Omit<MenuItemProps, "className" | "children"> & { readonly children: ReactNode }): ReactNode {
  return (
    <AriaMenuItem {...rest} className={itemLooks}>
      {({ isSelected, selectionMode }) => (
        <>
          {selectionMode === "none" ? null : (
            <span className="w-5">{isSelected ? <Icon name="check" size={16} /> : null}</span>
          )}
          {children}
        </>
      )}
    </AriaMenuItem>
  );
}

/** Lines of a menu of which one is chosen. */
export function MenuChoice<Value extends string>({
  title,
  value,
  options,
  onChange,
}: {
  readonly title: string;
  readonly value: Value;
  readonly options: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
}): ReactNode {
  const change = (selection: Selection): void => {
    const [first] = selection === "all" ? [] : [...selection];
    if (first !== undefined) onChange(first as Value);
  };
  return (
    <MenuSection
      selectionMode="single"
      selectedKeys={[value]}
      onSelectionChange={change}
      disallowEmptySelection
    >
      <Header className="px-2.5 pt-2 pb-1 text-label text-soft">{title}</Header>
      {(Object.entries(options) as [Value, string][]).map(([id, text]) => (
        <MenuItem key={id} id={id}>
          {text}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
