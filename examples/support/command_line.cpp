#include "support/command_line.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace example {
namespace {

/// Parses a number. The text must not contain anything else.
template <class Number>
Number read_number(const std::string& name, const std::string& text) {
  Number number{};
  std::istringstream stream(text);
  stream >> number;
  if (stream.fail() || !stream.eof()) {
    throw std::invalid_argument("--" + name + " takes a number, not \"" + text + "\"");
  }
  return number;
}

template <class T>
std::string to_text(const T& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

}  // namespace

void CommandLine::add(std::string name, bool& target, std::string help) {
  options_.push_back({name, std::move(help), "", true, [&target](const auto&) { target = true; }});
}

void CommandLine::add(std::string name, int64_t& target, std::string help) {
  options_.push_back(
      {name, std::move(help), to_text(target), false,
       [&target, name](const auto& text) { target = read_number<int64_t>(name, text); }});
}

void CommandLine::add(std::string name, double& target, std::string help) {
  options_.push_back(
      {name, std::move(help), to_text(target), false,
       [&target, name](const auto& text) { target = read_number<double>(name, text); }});
}

void CommandLine::add(std::string name, std::string& target, std::string help) {
  options_.push_back(
      {name, std::move(help), target, false, [&target](const auto& text) { target = text; }});
}

void CommandLine::add(std::string name, c10::Device& target, std::string help) {
  options_.push_back({name, std::move(help), to_text(target), false,
                      [&target](const auto& text) { target = c10::Device(text); }});
}

bool CommandLine::parse(int argc, const char* const* argv) const {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      print_help(argv[0]);
      return false;
    }
    if (!argument.starts_with("--")) {
      throw std::invalid_argument("unexpected argument \"" + argument + "\" (see --help)");
    }
    const size_t equals = argument.find('=');
    const Option& option = find(std::string_view(argument).substr(2, equals - 2));
    if (option.is_switch) {
      if (equals != std::string::npos) {
        throw std::invalid_argument("--" + option.name + " takes no value");
      }
      option.assign("");
    } else if (equals != std::string::npos) {
      option.assign(argument.substr(equals + 1));
    } else if (++i < argc) {
      option.assign(argv[i]);
    } else {
      throw std::invalid_argument("--" + option.name + " needs a value");
    }
  }
  return true;
}

const CommandLine::Option& CommandLine::find(std::string_view name) const {
  const auto found = std::ranges::find(options_, name, &Option::name);
  if (found == options_.end()) {
    throw std::invalid_argument("unknown option --" + std::string(name) + " (see --help)");
  }
  return *found;
}

void CommandLine::print_help(std::string_view program) const {
  std::cout << summary_ << "\n\nUsage: " << program << " [options]\n\n";
  size_t width = 0;
  for (const Option& option : options_) width = std::max(width, option.name.size());
  for (const Option& option : options_) {
    std::cout << "  --" << option.name << std::string(width + 2 - option.name.size(), ' ')
              << option.help;
    if (!option.is_switch) std::cout << " (default: " << option.default_text << ')';
    std::cout << '\n';
  }
}

void CommonOptions::add_to(CommandLine& line) {
  line.add("device", device, "where to compute: cpu, cuda, cuda:1 ...");
  line.add("seed", seed, "of all random numbers");
  line.add("short", brief, "seconds of work, as a test of the program");
}

int run(const std::function<int()>& body) {
  try {
    return body();
  } catch (const c10::Error& error) {
    std::cerr << "error: " << error.what_without_backtrace() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
  }
  return 1;
}

}  // namespace example
