// Runs the C++ snippets of README.md, except for complete programs. At configuration time,
// readme.py turns each snippet into a function, so the README and the code cannot diverge.

#include <torch/distributions.h>

#include <exception>
#include <iostream>
#include <sstream>
#include <string>

namespace dist = torch::distributions;
using torch::Tensor;

namespace {

struct Snippet {
  int line;  ///< in README.md
  void (*run)();
  const char* expected_output;  ///< null if README.md shows no output
};

/// Captures std::cout in a string during its lifetime.
class CapturedOutput {
 public:
  CapturedOutput() : previous_(std::cout.rdbuf(stream_.rdbuf())) {}
  ~CapturedOutput() { std::cout.rdbuf(previous_); }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  std::string text() const { return stream_.str(); }

 private:
  std::ostringstream stream_;
  std::streambuf* previous_;
};

/// Describes what is wrong with a snippet. Empty if nothing is.
std::string problem_of(const Snippet& snippet) {
  const CapturedOutput output;
  try {
    torch::manual_seed(0);
    snippet.run();
  } catch (const std::exception& error) {
    return std::string("throws: ") + error.what();
  }
  if (snippet.expected_output != nullptr && output.text() != snippet.expected_output) {
    return "prints:\n" + output.text() + "but README.md shows:\n" + snippet.expected_output;
  }
  return "";
}

}  // namespace

#include "readme_snippets.inc"

int main() {
  int failed = 0;
  for (const Snippet& snippet : kSnippets) {
    const std::string problem = problem_of(snippet);
    std::cout << "README.md:" << snippet.line << ": " << (problem.empty() ? "ok" : problem) << '\n';
    failed += problem.empty() ? 0 : 1;
  }
  return failed == 0 ? 0 : 1;
}
