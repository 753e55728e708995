package cmd

import "iter"

// plannedItem gives what would become of one target, with what a listing says of
// it.
func plannedItem[T any](s *session, target string, changes bool, columns []column[T], row T) (changeItem, error) {
	item := changeItem{Target: target, Result: resultUnchanged, Made: map[string]any{}}
	if changes {
		item.Result = resultChanged
	}
	object, err := objectOf(s, columns, row)
	for key, value := range object {
		item.Made[key] = value
	}
	return item, err
}

// plannedItems does so for rows that would all be changed.
func plannedItems[T any](s *session, target func(T) string, columns []column[T], all iter.Seq2[T, error]) ([]changeItem, error) {
	var items []changeItem
	for row, err := range all {
		if err != nil {
			return nil, err
		}
		item, err := plannedItem(s, target(row), true, columns, row)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
