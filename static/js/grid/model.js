/* The class as this page knows it. A place is { row, column }; where nothing is due there is no
   cell. What a cell shows comes from the server, figures and words alike. */
export class Model {
  #hiddenRows = new Set();
  #hiddenColumns = new Set();
  #order = [];
  #judgedElsewhere;

  constructor(data) {
    this.open = data.open;
    this.rows = data.rows;
    this.columns = data.columns;
    this.scales = data.scales;
    this.cells = data.cells;
    this.seconds = data.seconds;
    this.due = data.due;
    this.#judgedElsewhere = data.judged - this.#judgedHere;
    this.hide(new Set(), new Set());
  }

  /* How many cells of the class are judged, of those due; the page may show a part of them. */
  get count() {
    return { judged: this.#judgedElsewhere + this.#judgedHere, due: this.due };
  }

  get #judgedHere() {
    return this.cells.flat().filter((cell) => cell && cell.version !== undefined).length;
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

  isTarget(place) {
    return this.columns[place.column].target;
  }

  /* Leave rows and columns out of what one moves in. */
  hide(rows, columns) {
    this.#hiddenRows = rows;
    this.#hiddenColumns = columns;
    this.#hiddenRows = rows;
    this.#hiddenColumns = columns;
    this.#order = [];
    for (let column = 0; column < this.columns.length; column += 1) {
      if (columns.has(column)) continue;
      for (let row = 0; row < this.rows.length; row += 1) {
        if (!rows.has(row) && this.cells[row][column]) this.#order.push({ row, column });
      }
    }
  }

  isHidden({ row, column }) {
    return this.#hiddenRows.has(row) || this.#hiddenColumns.has(column);
  }

  /* The nearest place in a direction at which something is due, or null. */
  beside(place, down, across) {
    let { row, column } = place;
    do {
      row += down;
      column += across;
    } while (this.#inside(row, column) && !this.#isPlace(row, column));
    return this.#inside(row, column) ? { row, column } : null;
  }

  first() {
    return this.#order.toSorted(byRow).at(0) ?? null;
  }

  last() {
    return this.#order.toSorted(byRow).at(-1) ?? null;
  }

  /* All places in the order of entry: down each column, and on to the head of the next. */
  get byColumn() {
    return this.#order;
  }

  /* The places that come later in the order of entry. */
  after({ row, column }) {
    return this.#order.slice(
      this.#order.findLastIndex((each) => each.column < column || (each.column === column && each.row <= row)) + 1,
    );
  }

  /* The places below in the same column. */
  below({ row, column }) {
    return this.#order.filter((each) => each.column === column && each.row > row);
  }

  #isPlace(row, column) {
    return Boolean(this.cells[row][column]) && !this.isHidden({ row, column });
  }

  #inside(row, column) {
    return row >= 0 && column >= 0 && row < this.rows.length && column < this.columns.length;
  }
}

function byRow(one, other) {
  return one.row - other.row || one.column - other.column;
}
