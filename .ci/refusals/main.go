// Asks BuildKit which Dockerfiles it takes: its parser, its reading of instructions, and its conversion to LLB, for which
// every image is there. Named are Dockerfiles; or, as refusals.txt, a file of cases (testdata/refusals.txt), of which those
// are printed where BuildKit and the file don't agree. Exit 1 where there are any.
//
//	cd .ci/refusals && go run . ../../testdata/refusals.txt
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

const config = `{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers"}}`

type everyImage struct{}

func (everyImage) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, digest.FromString(config), []byte(config), nil
}

// refusal is what BuildKit has against a Dockerfile; nil where it takes it.
func refusal(text []byte) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	everything := pb.Caps.CapSet(pb.Caps.All())
	platform := platforms.MustParse("linux/amd64")
	_, err = dockerfile2llb.Dockerfile2LLB(context.Background(), text, dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{},
		TargetPlatform: &platform,
		MetaResolver:   everyImage{},
		LLBCaps:        &everything,
	})
	return err
}

func said(err error) string {
	if err == nil {
		return "taken"
	}
	return "refused: " + strings.ReplaceAll(err.Error(), "\n", " ")
}

// compare prints the cases of a file on which BuildKit says something else, and how many there are.
func compare(cases string) (wrong int) {
	var name, text string
	total, refused, taken := 0, 0, false
	finish := func() {
		if name == "" {
			return
		}
		total++
		err := refusal([]byte(text))
		if err != nil {
			refused++
		}
		if (err == nil) != taken {
			wrong++
			fmt.Printf("%s: %s\n", name, said(err))
		}
	}
	for _, line := range strings.Split(cases, "\n") {
		switch {
		case strings.HasPrefix(line, "+ "), strings.HasPrefix(line, "- "):
			finish()
			name, text, taken = line[2:], "", line[0] == '+'
		case strings.HasPrefix(line, "|"):
			text += line[1:] + "\n"
		}
	}
	finish()
	fmt.Printf("%d cases: BuildKit refuses %d, and says something else of %d\n", total, refused, wrong)
	return wrong
}

func main() {
	wrong := 0
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if strings.HasSuffix(path, "refusals.txt") {
			wrong += compare(string(text))
		} else {
			fmt.Printf("%s\t%s\n", path, said(refusal(text)))
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}
