#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace torch::distributions::core {

/// \throws c10::ValueError for the use of an empty handle of a `base`.
[[noreturn]] TORCH_DISTRIBUTIONS_API void refuse_empty_handle(const std::type_info& base);
/// \throws c10::TypeError for an object that is not of the class `wanted`.
[[noreturn]] TORCH_DISTRIBUTIONS_API void refuse_class(const std::type_info& object,
                                                       const std::type_info& wanted);

/// Accepts a pointer to a member function of the type `Method`. If a derived class redeclares the
/// function, its type differs and the call does not compile.
template <class Method>
constexpr void take(Method) {}

/// Copyable handle that owns an immutable object of any class derived from `Base`.
///
/// A handle is constructed from any concrete value. It converts to `const Base&`, so every function
/// that takes a `Base` accepts it, and it is callable if `Base` is. A handle that is
/// default-constructed or made of `nullptr` is empty, and using it throws c10::ValueError.
template <class Base>
class Shared {
 public:
  Shared() noexcept = default;
  // A template, so that 0 does not convert to a handle.
  template <std::same_as<std::nullptr_t> Null>
  Shared(Null) noexcept {}  // NOLINT(google-explicit-constructor)

  template <class T>
    requires(std::derived_from<T, Base> && !std::is_abstract_v<T>)
  Shared(
      T value)  // NOLINT(google-explicit-constructor): a value is used wherever "any Base" is taken
      : object_(std::make_shared<const T>(std::move(value))) {}

  /// Owns a copy of an object of any class, if `Base` can copy its objects.
  Shared(const Base& object)  // NOLINT(google-explicit-constructor)
    requires requires { object.copy(); }
      : object_(object.copy()) {}

  template <class T>
    requires std::derived_from<std::remove_const_t<T>, Base>
  Shared(std::shared_ptr<T> object)  // NOLINT(google-explicit-constructor)
      : object_(std::move(object)) {}

  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const Shared& handle, std::nullptr_t) noexcept { return !handle; }

  const Base& operator*() const {
    if (object_ == nullptr) [[unlikely]]
      refuse_empty_handle(typeid(Base));
    return *object_;
  }
  const Base* operator->() const { return &**this; }
  operator const Base&() const { return **this; }  // NOLINT(google-explicit-constructor)
  /// The object, or nullptr if the handle is empty.
  const Base* get() const noexcept { return object_.get(); }

  /// Whether the object is of the class `T` or of one derived from it.
  template <std::derived_from<Base> T>
  bool is() const {
    return dynamic_cast<const T*>(&**this) != nullptr;
  }
  /// The object as a `T`. The reference is valid while a handle owns the object. A temporary
  /// handle, such as `d.support()`, returns a copy unless `T` is abstract.
  /// \throws c10::TypeError naming both classes if the object is not a `T`.
  template <std::derived_from<Base> T>
  const T& as() const& {
    const Base& object = **this;
    const T* const found = dynamic_cast<const T*>(&object);
    if (found == nullptr) refuse_class(typeid(object), typeid(T));
    return *found;
  }
  template <std::derived_from<Base> T>
    requires(!std::is_abstract_v<T>)
  T as() && {
    return std::as_const(*this).template as<T>();
  }

  template <class... Args>
    requires std::invocable<const Base&, Args...>
  decltype(auto) operator()(Args&&... args) const {
    return (**this)(std::forward<Args>(args)...);
  }

 private:
  std::shared_ptr<const Base> object_;
};

}  // namespace torch::distributions::core
