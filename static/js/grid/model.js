/* The class as this page knows it. A place is { row, column }; where nothing is due there is no
   cell. What a cell shows comes from the server, figures and words alike. */
export class Model {
  constructor(data) {
    this.open = data.open;
    this.rows = data.rows;
    this.columns = data.columns;
    this.scales = data.scales;
    this.cells = data.cells;
    this.seconds = data.seconds;
  }

  /* How many cells are judged, of those due. */
  get count() {
    const cells = this.cells.flat().filter(Boolean);
    return { judged: cells.filter((cell) => cell.version !== undefined).length, due: cells.length };
  }

  cell(place) {
    return this.cells[place.row]?.[place.column] ?? null;
  }

  replace(place, cell) {
    this.cells[place.row][place.column] = cell;
  }

  points(cell) {
    return this.scales[cell.scale].points;
  }

  point(cell, id) {
    return this.points(cell).find((point) => point.id === id) ?? null;
  }

  name(place) {
    return `${this.pupil(place)} · ${this.column(place)}`;
  }

  pupil(place) {
    return this.rows[place.row].name;
  }

  column(place) {
    return this.columns[place.column].name;
  }

  /* The nearest place in a direction at which something is due, or null. */
  beside(place, down, across) {
    let { row, column } = place;
    do {
      row += down;
      column += across;
    } while (this.#inside(row, column) && !this.cells[row][column]);
    return this.#inside(row, column) ? { row, column } : null;
  }

  first() {
    return this.#inOrder().next().value ?? null;
  }

  last() {
    return [...this.#inOrder()].at(-1) ?? null;
  }

  /* All places in the order of entry: down each column, and on to the head of the next. */
  get byColumn() {
    return [...this.#inOrder()].sort((one, other) => one.column - other.column || one.row - other.row);
  }

  /* The places that come later in the order of entry. */
  after({ row, column }) {
    return this.byColumn.filter((each) => each.column > column || (each.column === column && each.row > row));
  }

  *#inOrder() {
    for (let row = 0; row < this.rows.length; row += 1) {
      for (let column = 0; column < this.columns.length; column += 1) {
        if (this.cells[row][column]) yield { row, column };
      }
    }
  }

  #inside(row, column) {
    return row >= 0 && column >= 0 && row < this.rows.length && column < this.columns.length;
  }
}
