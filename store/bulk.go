package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// bulk appends rows to a table by writing DuckDB's vectors in place. The
// library's Appender boxes every value and crosses into C for each NULL:
// measured on one core, 3 times slower for metrics and 6 times for REPORT
// lines. A bulk belongs to one goroutine and ends with close.
type bulk struct {
	app   mapping.Appender
	chunk mapping.DataChunk
	cols  []bulkColumn
	n     int // rows in the chunk
	size  int // rows a chunk holds
}

// bulkColumn is one column's vector: size values of its type, and a bit a
// row that says whether there is one.
type bulkColumn struct {
	vec   mapping.Vector
	data  unsafe.Pointer
	valid []uint64
}

// newBulk starts appending to a table, on a connection that may be in a
// transaction. Every column of the table takes part, in its order.
func newBulk(c driver.Conn, table string) (*bulk, error) {
	conn, err := rawConnection(c)
	if err != nil {
		return nil, err
	}
	b := &bulk{size: int(mapping.VectorSize())}
	if mapping.AppenderCreateExt(conn, "", "", table, &b.app) == mapping.StateError {
		err := fmt.Errorf("appending to %s: %s", table, b.message())
		mapping.AppenderDestroy(&b.app)
		return nil, err
	}
	types := make([]mapping.LogicalType, mapping.AppenderColumnCount(b.app))
	for i := range types {
		types[i] = mapping.AppenderColumnType(b.app, mapping.IdxT(i))
	}
	b.chunk = mapping.CreateDataChunk(types)
	for i := range types {
		mapping.DestroyLogicalType(&types[i])
	}
	b.cols = make([]bulkColumn, len(types))
	b.renew()
	return b, nil
}

// rawConnection is the C handle inside a database/sql connection. The library
// keeps it to itself, but an appender must share the connection that holds
// the transaction.
func rawConnection(c driver.Conn) (mapping.Connection, error) {
	conn, ok := c.(*duckdb.Conn)
	if !ok {
		return mapping.Connection{}, fmt.Errorf("appending: %T is no DuckDB connection", c)
	}
	handle := reflect.ValueOf(conn).Elem().FieldByName("conn")
	if !handle.IsValid() || handle.Type() != reflect.TypeFor[mapping.Connection]() {
		return mapping.Connection{}, errors.New("appending: this version of duckdb-go keeps its connection elsewhere")
	}
	return mapping.Connection{Ptr: handle.FieldByName("Ptr").UnsafePointer()}, nil
}

// renew empties the chunk. DuckDB may hand out other memory afterwards.
func (b *bulk) renew() {
	mapping.DataChunkReset(b.chunk)
	for i := range b.cols {
		v := mapping.DataChunkGetVector(b.chunk, mapping.IdxT(i))
		mapping.VectorEnsureValidityWritable(v)
		b.cols[i] = bulkColumn{
			vec: v, data: mapping.VectorGetData(v),
			valid: unsafe.Slice((*uint64)(mapping.VectorGetValidity(v)), (b.size+63)/64),
		}
	}
	b.n = 0
}

// rows makes room for up to want more rows and returns the place of the first
// in the chunk and how many there are. All of their columns are to be set.
func (b *bulk) rows(want int) (first, n int, err error) {
	if b.n == b.size {
		if err := b.flush(); err != nil {
			return 0, 0, err
		}
	}
	first, n = b.n, min(want, b.size-b.n)
	b.n += n
	return first, n, nil
}

// flush hands the chunk to DuckDB.
func (b *bulk) flush() error {
	if b.n == 0 {
		return nil
	}
	mapping.DataChunkSetSize(b.chunk, mapping.IdxT(b.n))
	if mapping.AppendDataChunk(b.app, b.chunk) == mapping.StateError {
		return errors.New(b.message())
	}
	b.renew()
	return nil
}

// close appends what is left. After an error the transaction must be rolled
// back.
func (b *bulk) close() error {
	err := b.flush()
	if err == nil && mapping.AppenderFlush(b.app) == mapping.StateError {
		err = errors.New(b.message())
	}
	b.free(err != nil)
	return err
}

// abandon drops what was not handed to the table yet.
func (b *bulk) abandon() { b.free(true) }

func (b *bulk) free(clear bool) {
	if clear {
		mapping.AppenderClear(b.app)
	}
	mapping.DestroyDataChunk(&b.chunk)
	mapping.AppenderDestroy(&b.app)
}

func (b *bulk) message() string {
	data := mapping.AppenderErrorData(b.app)
	defer mapping.DestroyErrorData(&data)
	return firstLine(mapping.ErrorDataMessage(data))
}

// set writes a value of the column's own width. The caller vouches for T.
func set[T any](b *bulk, col, row int, v T) {
	*(*T)(unsafe.Add(b.cols[col].data, uintptr(row)*unsafe.Sizeof(v))) = v
}

// null marks a value as absent.
func (b *bulk) null(col, row int) { b.cols[col].valid[row>>6] &^= 1 << (row & 63) }

// text writes a VARCHAR; what is no UTF-8 becomes the replacement character.
func (b *bulk) text(col, row int, s string) {
	mapping.VectorAssignStringElement(b.cols[col].vec, mapping.IdxT(row), strings.ToValidUTF8(s, "\uFFFD"))
}

// uuid writes a UUID: DuckDB keeps it as a signed 128-bit number whose order
// is that of the text, hence the flipped top bit.
func (b *bulk) uuid(col, row int, hi, lo uint64) {
	set(b, col, row, [2]uint64{lo, hi ^ 1<<63})
}
