#pragma once

#include <torch/types.h>

#include <concepts>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include <torch/distributions/core/export.h>

namespace torch::distributions {

using at::Generator;
using at::IntArrayRef;
using at::Tensor;
using at::TensorOptions;

/// A parameter as a program writes it: a tensor or a number, or nothing when default-constructed.
///
/// A number takes the dtype and device of the tensors that it meets, else the default dtype, and
/// remembers that it was a number.
class TORCH_DISTRIBUTIONS_API Param {
 public:
  Param() = default;

  Param(Tensor tensor)  // NOLINT(google-explicit-constructor)
      : tensor_(std::move(tensor)), kind_(tensor_.defined() ? Kind::kTensor : Kind::kNone) {}

  template <class Number>
    requires std::is_arithmetic_v<Number>
  Param(Number number)  // NOLINT(google-explicit-constructor)
      : number_(static_cast<double>(number)),
        kind_(std::is_integral_v<Number> ? Kind::kInteger : Kind::kReal) {}

  bool defined() const noexcept { return kind_ != Kind::kNone; }
  bool is_number() const noexcept { return kind_ == Kind::kInteger || kind_ == Kind::kReal; }
  /// True for a number of an integral type: it prints as `1`, not as `1.0`.
  bool is_integer() const noexcept { return kind_ == Kind::kInteger; }
  double number() const noexcept { return number_; }

  /// The parameter as a tensor; a number becomes a zero-dimensional one of the default dtype.
  Tensor tensor() const;

  /// The parameter as a tensor; a number becomes a zero-dimensional one of these options, a tensor
  /// stays as it is.
  Tensor tensor(const TensorOptions& options) const;

 private:
  enum class Kind : char { kNone, kTensor, kInteger, kReal };

  Tensor tensor_;
  double number_ = 0;
  Kind kind_ = Kind::kNone;
};

/// The dtype and device that numbers take beside these parameters: those of the first tensor of
/// floating dtype; else the default dtype on the first tensor's device, else on the CPU.
TORCH_DISTRIBUTIONS_API TensorOptions common_options(std::initializer_list<const Param*> params);

/// Checks that a program gave exactly one of several alternatives.
/// \throws c10::ValueError naming the class and the alternatives.
TORCH_DISTRIBUTIONS_API void require_exactly_one(
    const char* class_name,
    std::initializer_list<std::pair<const char*, const Param*>> alternatives);

}  // namespace torch::distributions
