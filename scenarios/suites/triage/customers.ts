import type { Principal } from '#harness';

const customer = (id: string): Principal => ({ id, role: 'customer', tenant: 'larkspur' });

export const amara = customer('cus_1001');
export const bo = customer('cus_1002');
export const grace = customer('cus_1007');
export const lena = customer('cus_1012');
