package config

import (
	"fmt"
	"slices"
)

// suggest gives "; did you mean ...?" for the known name that is nearest to a wrong one, "" when none is near.
func suggest(wrong string, known []string) string {
	if near := nearest(wrong, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// longestName bounds the names that are compared, since comparing takes the product of the lengths.
const longestName = 64

// nearest gives the known name with the fewest changed letters, "" when none is near: a third of the letters may differ, two of four or
// five, one of two or three.
func nearest(wrong string, known []string) string {
	if len(wrong) > longestName {
		return ""
	}
	differ := len(wrong) / 3
	if differ < 2 {
		differ = len(wrong) / 2
	}
	best, distance := "", differ+1
	for _, name := range known {
		if d := editDistance(wrong, name); d < distance || d == distance && best != "" && name < best {
			best, distance = name, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or replace to make b of a (Levenshtein).
func editDistance(a, b string) int {
	if len(b) > longestName {
		return longestName
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := slices.Clone(row)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(before[j]+cost, before[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
