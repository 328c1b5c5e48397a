import { type Principal, ToolRefusal } from '#harness';

/** P1: the customer whose data a session may see: the one who speaks in it. Throws ToolRefusal for anybody else. */
export function ownCustomer({ id, role }: Principal): string {
  if (role !== 'customer') {
    throw new ToolRefusal('NOT_A_CUSTOMER', `A ${role} has no charges and no mailbox here.`);
  }
  return id;
}
