// Runs every C++ snippet of README.md that is not a program of its own. readme.py turns each into a
// function when the build is configured, so that neither can change without the other.

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
  const char* expected_output;  ///< null where README.md shows none
};

/// Sends what is written to std::cout into a string for as long as it lives.
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

/// What is wrong with a snippet, or an empty text.
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
