// A fresh address each time it is asked for: two people who compare theirs learn nothing.
import { useEffect } from "react";
import { ask } from "../api";
import { Button, CopyButton, Dialog, ProblemNotice, Skeleton } from "../house";
import { words } from "../words";

const say = words.wallet;

export function Receive({ open, onClose }: { open: boolean; onClose: () => void }) {
  const address = ask.useMutation("post", "/wallet/addresses");
  const { mutate, reset } = address;
  useEffect(() => {
    if (open) mutate({});
    else reset();
  }, [open, mutate, reset]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={say.receiveTitle}
      actions={
        <>
          <Button busy={address.isPending} onClick={() => mutate({})}>
            {say.receiveNew}
          </Button>
          {address.data && <CopyButton small={false} text={address.data.address} />}
        </>
      }
    >
      <p className="text-ink-2">{say.receiveLead}</p>
      <div className="mt-4" aria-live="polite">
        {address.data ? (
          <code className="block rounded-lg border border-line bg-sunken p-4 font-mono text-sm wrap-anywhere select-all">{address.data.address}</code>
        ) : address.error ? (
          <ProblemNotice problem={address.error} />
        ) : (
          <Skeleton className="h-20" />
        )}
      </div>
    </Dialog>
  );
}
