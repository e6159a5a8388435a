// Words of the part `buy`.
export const buy = {};
