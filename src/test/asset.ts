/** Stands in for images and styles in tests. */
const asset = 'asset';

export default asset;
