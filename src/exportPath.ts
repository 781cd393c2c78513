/** The formats of files, in the order of menus. */
export const FORMATS = ['xlsx', 'csv', 'tsv', 'pdf'] as const;

export type Format = (typeof FORMATS)[number];

/** The path of the files of a data source. */
export const exportPath = (uid: string) => `/api/datasources/uid/${uid}/resources/export`;
