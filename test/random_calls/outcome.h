#pragma once

#include <torch/types.h>

#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace torch::distributions::random_calls {

/// Thrown by a check that fails.
struct Violation : std::runtime_error {
  using runtime_error::runtime_error;
};

template <class... Parts>
void require(bool holds, const Parts&... parts) {
  if (holds) return;
  std::ostringstream out;
  out.precision(17);
  (out << ... << parts);
  throw Violation(out.str());
}

/// The outcome of a call: a value, or one of the exceptions that the library documents.
template <class T>
struct Outcome {
  std::optional<T> value;
  bool not_implemented = false;
  std::string message;

  bool refused() const { return !value && !not_implemented; }
};

/// Calls `f`. \throws Violation for an undocumented exception, or for one whose text asks to report
/// a bug in LibTorch.
template <class F>
auto attempt(const std::string& what, F&& f) -> Outcome<decltype(f())> {
  Outcome<decltype(f())> outcome;
  try {
    outcome.value = f();
    return outcome;
  } catch (const Violation&) {
    throw;
  } catch (const c10::NotImplementedError& error) {
    outcome.not_implemented = true;
    outcome.message = error.what_without_backtrace();
  } catch (const c10::ValueError& error) {
    outcome.message = error.what_without_backtrace();
  } catch (const c10::TypeError& error) {
    outcome.message = error.what_without_backtrace();
  } catch (const c10::Error& error) {
    require(false, what,
            " raises an exception that is not documented: ", error.what_without_backtrace());
  } catch (const std::exception& error) {
    require(false, what, " raises ", error.what());
  }
  for (const std::string_view text : {"INTERNAL ASSERT", "please report", "report a bug"}) {
    require(outcome.message.find(text) == std::string::npos, what, " raises: ", outcome.message);
  }
  return outcome;
}

/// The value of `f`, or nothing if it is not implemented. \throws Violation if it is refused.
template <class F>
auto value_of(const std::string& what, F&& f) {
  auto outcome = attempt(what, std::forward<F>(f));
  require(!outcome.refused(), what, " raises: ", outcome.message);
  return std::move(outcome.value);
}

/// \throws Violation unless `f` raises ValueError, TypeError or NotImplementedError.
template <class F>
void refusal_of(const std::string& what, F&& f) {
  const auto outcome = attempt(what, std::forward<F>(f));
  require(!outcome.value, what, " raises nothing");
}

}  // namespace torch::distributions::random_calls
