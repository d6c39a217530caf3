#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace torch::distributions {

using at::Generator;
using at::IntArrayRef;
using at::Tensor;
using at::TensorOptions;

namespace core {

/// Whether the library supports the dtype. Complex, quantized and 8-bit floating dtypes are not
/// supported, nor are unsigned ones of more than 8 bits and the dtype of an undefined tensor.
constexpr bool holds_numbers(at::ScalarType dtype) noexcept {
  constexpr auto bit = [](at::ScalarType of) { return std::uint64_t{1} << static_cast<int>(of); };
  constexpr std::uint64_t kNumbers =
      bit(at::kByte) | bit(at::kChar) | bit(at::kShort) | bit(at::kInt) | bit(at::kLong) |
      bit(at::kBool) | bit(at::kHalf) | bit(at::kBFloat16) | bit(at::kFloat) | bit(at::kDouble);
  return (kNumbers & bit(dtype)) != 0;
}

/// Whether the library supports the tensor: its dtype is supported and its layout is strided.
inline bool holds_numbers(const Tensor& tensor) {
  return holds_numbers(tensor.scalar_type()) && tensor.layout() == at::kStrided;
}

/// Throws the error of `require_numbers`.
[[noreturn]] TORCH_DISTRIBUTIONS_API void refuse_tensor(const char* class_name,
                                                        const char* argument, const Tensor& tensor);

/// \throws c10::ValueError if `tensor` is undefined, c10::TypeError if its dtype or layout is not
///     supported. Both errors name the class and the argument.
inline void require_numbers(const char* class_name, const char* argument, const Tensor& tensor) {
  if (!holds_numbers(tensor)) [[unlikely]]
    refuse_tensor(class_name, argument, tensor);
}

template <class T>
concept Character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// A numeric type, including `std::int8_t` and `std::uint8_t` but no character type.
template <class T>
concept Number = (std::is_arithmetic_v<T> && !Character<T>) || std::same_as<T, c10::Half> ||
                 std::same_as<T, c10::BFloat16>;

/// A number of a braced list, whose numbers may have different types.
struct ListElement {
  template <Number N>
  ListElement(N number)  // NOLINT(google-explicit-constructor)
      : value(static_cast<double>(number)) {}

  double value;
};

/// An array of numbers in memory: `std::vector<double>`, `std::array<int, 3>`, `IntArrayRef`.
template <class T>
concept NumberList = requires(const T& list) {
  { std::size(list) } -> std::convertible_to<std::size_t>;
  { *std::data(list) } -> std::convertible_to<ListElement>;
};

}  // namespace core

/// A parameter as the caller gives it: a tensor, a number or a list of numbers. A
/// default-constructed one is undefined.
///
/// Numbers and lists are stored as such. They take the dtype and device of the tensors with which
/// they are combined, else the default dtype. A braced list, such as `{0.2, 0.3, 0.5}`, has one
/// dimension.
class TORCH_DISTRIBUTIONS_API Param {
 public:
  Param() = default;

  Param(Tensor tensor)  // NOLINT(google-explicit-constructor)
      : tensor_(std::move(tensor)), kind_(tensor_.defined() ? Kind::kTensor : Kind::kNone) {}

  template <core::Number N>
  Param(N number)  // NOLINT(google-explicit-constructor)
      : number_(static_cast<double>(number)),
        kind_(std::is_integral_v<N> ? Kind::kInteger : Kind::kReal) {}
  // A template, so that a type which only converts to at::Scalar is not accepted.
  template <std::same_as<at::Scalar> Scalar>
  Param(const Scalar& scalar)  // NOLINT(google-explicit-constructor)
      : Param(of_scalar(scalar)) {}

  Param(std::initializer_list<core::ListElement> list) : Param(of_list(list)) {}
  template <core::NumberList List>
  Param(const List& list)  // NOLINT(google-explicit-constructor)
      : Param(of_list(list)) {}

  /// A character is rejected rather than converted to its code.
  template <core::Character C>
  Param(C) = delete;

  bool defined() const noexcept { return kind_ != Kind::kNone; }
  /// True if a tensor was given, which has a dtype of its own; false for numbers and lists.
  bool is_tensor() const noexcept { return kind_ == Kind::kTensor; }
  bool is_number() const noexcept { return kind_ == Kind::kInteger || kind_ == Kind::kReal; }
  /// True for a number of an integral type: it prints as `1`, not as `1.0`.
  bool is_integer() const noexcept { return kind_ == Kind::kInteger; }
  double number() const noexcept { return number_; }

  /// The parameter as a tensor. Numbers and lists take the default dtype.
  Tensor tensor() const;

  /// The parameter as a tensor. A number becomes a zero-dimensional tensor with these options, a
  /// list a one-dimensional one. A tensor is returned unchanged.
  Tensor tensor(const TensorOptions& options) const;

 private:
  enum class Kind : char { kNone, kTensor, kInteger, kReal, kList };

  static Param of_scalar(const at::Scalar& scalar);
  static Param of_doubles(const std::vector<double>& list);

  template <class List>
  static Param of_list(const List& list) {
    std::vector<double> numbers;
    numbers.reserve(std::size(list));
    for (std::size_t i = 0; i < std::size(list); ++i)
      numbers.push_back(core::ListElement(std::data(list)[i]).value);
    return of_doubles(numbers);
  }

  Tensor tensor_;  // the tensor, or the numbers of a list in double
  double number_ = 0;
  Kind kind_ = Kind::kNone;
};

namespace core {

/// The first member of an aggregate whose other members must be named, as in `{.probs = p}`.
/// Nothing converts to it, so `{p}` does not initialise the aggregate.
struct Named {
  explicit Named() = default;
};

/// The dtype and device that numbers take when combined with `tensor`: its own if its dtype is
/// floating, else the default dtype on its device.
TORCH_DISTRIBUTIONS_API TensorOptions options_beside(const Tensor& tensor);

/// The dtype and device that numbers take among `params`: those of the first tensor of floating
/// dtype, else the default dtype on the device of the first tensor, else on the CPU.
TORCH_DISTRIBUTIONS_API TensorOptions common_options(std::initializer_list<const Param*> params);

/// `require_numbers` for a parameter, which must also be defined.
TORCH_DISTRIBUTIONS_API void require_numbers(const char* class_name, const char* argument,
                                             const Param& param);

/// Checks that exactly one of several alternatives is given.
/// \throws c10::ValueError naming the class and the alternatives.
TORCH_DISTRIBUTIONS_API void require_exactly_one(
    const char* class_name,
    std::initializer_list<std::pair<const char*, const Param*>> alternatives);

}  // namespace core

}  // namespace torch::distributions
