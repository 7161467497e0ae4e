// Words with values: templates give them as data attributes, with {names} where the values go.

export const fill = (words, values) => words.replace(/{(\w+)}/g, (_, name) => values[name]);
