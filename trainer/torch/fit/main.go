// Command fit makes gotch's libtch buildable against the libtorch of this
// machine: it copies the package out of the module cache, keeps only the
// wrappers that trainer/torch calls, replaces those which this libtorch cannot
// compile by ones that throw, points its link lines at the libtorch found, and
// directs the go command to the copy with an untracked go.work.
//
//	go run ./trainer/torch/fit          fit, or do nothing when nothing changed
//	go run ./trainer/torch/fit -find    print the libtorch found; status 1 if none
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	find := flag.Bool("find", false, "print the libtorch that would be used, and stop")
	flag.Parse()
	if err := run(*find); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(findOnly bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	lib, err := findLibtorch(root)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath(cxx()); err != nil {
		return fmt.Errorf("no C++ compiler: %w; install g++ or set CXX", err)
	}
	if findOnly {
		fmt.Printf("libtorch %s (%s) in %s\n", lib.Version, lib.device(), lib.Lib)
		return nil
	}
	return fit(root, lib)
}

// fit writes .libtorch/ and go.work under root, unless the stamp of the last
// fit shows that nothing it depends on has changed.
func fit(root string, lib libtorch) error {
	p, err := plan(root, lib)
	if err != nil {
		return err
	}
	if p.fresh() {
		return writeWork(root)
	}
	fmt.Fprintf(os.Stderr, "fit: gotch %s to libtorch %s (%s) in %s\n", p.version, lib.Version, lib.device(), lib.Lib)
	if blas := lib.slowBLAS(); blas != "" {
		fmt.Fprintf(os.Stderr, "fit: warning: %s is over ten times slower than OpenBLAS; run `apt-get install libopenblas0-pthread` as root\n", blas)
	}
	if err := p.copyPackage(); err != nil {
		return err
	}
	stubbed, err := p.stub()
	if err != nil {
		return err
	}
	if len(stubbed) > 0 {
		fmt.Fprintf(os.Stderr, "fit: this libtorch lacks %d functions that are called: %v\n", len(stubbed), stubbed)
	}
	if err := writeWork(root); err != nil {
		return err
	}
	return p.writeStamp()
}
