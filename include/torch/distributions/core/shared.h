#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace torch::distributions {

/// Owns "some `Base`": a copyable handle of an immutable object of any class derived from `Base`.
///
/// It is built from any concrete value, converts to `const Base&`, and is callable where `Base` is,
/// so every function that takes a `Base` takes the handle too.
template <class Base>
class Shared {
 public:
  template <class T>
    requires(std::derived_from<T, Base> && !std::is_abstract_v<T>)
  Shared(
      T value)  // NOLINT(google-explicit-constructor): a value is used wherever "any Base" is taken
      : object_(std::make_shared<const T>(std::move(value))) {}

  explicit Shared(std::shared_ptr<const Base> object) : object_(std::move(object)) {}

  const Base& operator*() const noexcept { return *object_; }
  const Base* operator->() const noexcept { return object_.get(); }
  const Base* get() const noexcept { return object_.get(); }
  operator const Base&() const noexcept { return *object_; }  // NOLINT(google-explicit-constructor)

  template <class... Args>
    requires std::invocable<const Base&, Args...>
  decltype(auto) operator()(Args&&... args) const {
    return (*object_)(std::forward<Args>(args)...);
  }

 private:
  std::shared_ptr<const Base> object_;
};

}  // namespace torch::distributions
