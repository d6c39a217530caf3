#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace example {

/// Parses the options of a program: `--name value`, `--name=value`, or `--name` for a switch.
///
/// ```cpp
/// CommandLine line("Trains a model.");
/// line.add("epochs", epochs, "passes over the data");
/// if (!line.parse(argc, argv)) return 0;  // --help was asked for, and printed
/// ```
class CommandLine {
 public:
  explicit CommandLine(std::string summary) : summary_(std::move(summary)) {}

  /// Binds an option to `target`, whose current value is the default. A `bool` is a switch; other
  /// types take a value.
  void add(std::string name, bool& target, std::string help);
  void add(std::string name, int64_t& target, std::string help);
  void add(std::string name, double& target, std::string help);
  void add(std::string name, std::string& target, std::string help);
  void add(std::string name, c10::Device& target, std::string help);

  /// Sets the bound variables. With `--help`, prints the options and returns false. Throws
  /// `std::invalid_argument` for an unknown option or an invalid value.
  bool parse(int argc, const char* const* argv) const;

 private:
  struct Option {
    std::string name, help, default_text;
    bool is_switch;
    std::function<void(const std::string&)> assign;
  };

  const Option& find(std::string_view name) const;
  void print_help(std::string_view program) const;

  std::string summary_;
  std::vector<Option> options_;
};

/// Options of every program: the device, the seed and a short mode.
struct CommonOptions {
  c10::Device device = c10::kCPU;
  int64_t seed = 0;
  bool brief = false;

  void add_to(CommandLine& line);
};

/// Runs a program's body and returns the exit status. An exception is printed to standard error as
/// one line, and the status is 1.
int run(const std::function<int()>& body);

}  // namespace example
