// Words of the part `sell`.
export const sell = {};
