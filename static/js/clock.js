// Tell how long ago something was, by two clocks: one may stand still while the computer sleeps,
// the other may be set.

export const stamp = () => [Date.now(), performance.now()];

export const since = ([wall, steady]) =>
  Math.max(Date.now() - wall, performance.now() - steady) / 1000;
