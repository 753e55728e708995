package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"pinward/cmd"
)

// tree gives the commands as a release has them, of no particular machine.
func tree() *cobra.Command {
	root := cmd.Tree(cmd.World{})
	root.DisableAutoGenTag = true // it would name the day
	prepare(root)
	return root
}

// prepare makes the indented lines of long texts code: in Markdown four spaces
// are, two are not.
func prepare(c *cobra.Command) {
	c.Long = strings.ReplaceAll(c.Long, "\n  ", "\n    ")
	for _, sub := range c.Commands() {
		prepare(sub)
	}
}

// each visits the commands that people see, parents first.
func each(c *cobra.Command, visit func(*cobra.Command) error) error {
	if err := visit(c); err != nil {
		return fmt.Errorf("%s: %w", c.CommandPath(), err)
	}
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			continue
		}
		if err := each(sub, visit); err != nil {
			return err
		}
	}
	return nil
}

// markdownPages gives the pages by file name, such as pinward_pin_set.md.
func markdownPages() (map[string][]byte, error) {
	pages := map[string][]byte{}
	err := each(tree(), func(c *cobra.Command) error {
		var page bytes.Buffer
		if err := doc.GenMarkdown(c, &page); err != nil {
			return err
		}
		pages[strings.ReplaceAll(c.CommandPath(), " ", "_")+".md"] = tidied(page.Bytes())
		return nil
	})
	return pages, err
}

// tidied ends a page with one line end and takes the tabs out of its lists.
func tidied(page []byte) []byte {
	page = bytes.ReplaceAll(page, []byte(")\t - "), []byte(") - "))
	return append(bytes.TrimRight(page, "\n"), '\n')
}

// noDate is how cobra writes the zero time in a heading.
const noDate = "Jan 0001"

// manPages gives the man pages of section 1 by file name, such as
// pinward-pin-set.1.
func manPages(date time.Time) (map[string][]byte, error) {
	pages := map[string][]byte{}
	err := each(tree(), func(c *cobra.Command) error {
		var page bytes.Buffer
		header := doc.GenManHeader{Section: "1", Date: &date, Source: "pinward", Manual: "pinward"}
		if err := doc.GenMan(c, &header, &page); err != nil {
			return err
		}
		text := bytes.Replace(page.Bytes(), []byte(noDate), nil, 1)
		pages[strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = text
		return nil
	})
	return pages, err
}
