#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/core/change.h>
#include <torch/distributions/core/shared.h>

namespace torch::distributions {
inline namespace transforms {

class Transform;

/// Owns a transform of any class, and is callable like it.
using TransformPtr = core::Shared<Transform>;

/// A map \f$y = f(x)\f$. A bijective map has an inverse and the log of the Jacobian determinant.
///
/// x and y have the shape `batch_shape + event_shape`, and each event is mapped separately. An
/// event is the last `domain()->event_dim()` dimensions of x, or `codomain()->event_dim()` of y.
///
/// A transform is immutable except for its cache. With `cache_size` 1 it keeps its last x and y.
/// The inverse of the last result then costs nothing, loses no digits and returns the same tensor.
/// Copies and inverse views share the cache, which is thread-safe. The cache does not change
/// gradients: a tensor computed without an autograd graph is not returned where a graph is needed,
/// and x and y are discarded if one of them was modified in place. However, if the cache returns
/// the x from which y was computed, that x has no derivative with respect to y.
///
/// A class derives from `ImplementsTransform<Self>` and overrides the private hooks that it
/// implements.
class TORCH_DISTRIBUTIONS_API Transform {
 public:
  virtual ~Transform() = default;

  /// Whether `inv` is an exact inverse and `log_abs_det_jacobian` exists.
  virtual bool bijective() const { return false; }
  virtual ConstraintPtr domain() const = 0;
  virtual ConstraintPtr codomain() const = 0;
  /// Number of event dimensions of the domain and the codomain. \throws c10::ValueError if they
  /// differ.
  virtual int64_t event_dim() const;
  /// 1 where y increases with x, -1 where it decreases.
  /// \throws c10::NotImplementedError if the transform is not element-wise and monotone.
  virtual Tensor sign() const;

  /// The inverse as a view that shares the cache. `t.inv()->inv() == t`.
  virtual TransformPtr inv() const;
  /// A copy with a new cache of `cache_size` entries (0 or 1). If the size is already `cache_size`,
  /// the copy shares the cache instead.
  TransformPtr with_cache(int64_t cache_size = 1) const;
  virtual int64_t cache_size() const { return cache_ ? 1 : 0; }

  /// \f$f(x)\f$.
  Tensor operator()(const Tensor& x) const;
  /// \f$\log |\det \partial y / \partial x|\f$ where `y` must be `f(x)`. The result has the shape
  /// of x without the event dimensions.
  Tensor log_abs_det_jacobian(const Tensor& x, const Tensor& y) const;

  /// The preimage of a value.
  struct Preimage {
    Tensor x;                     // f^-1(y); a constant point of the domain where `outside` is true
    Tensor log_abs_det_jacobian;  // log |det dy/dx| at x; undefined unless requested
    Tensor outside;               // mask of events without a finite preimage; undefined if none
  };

  /// \f$f^{-1}(y)\f$, and the events of y that have no finite preimage: those outside the codomain,
  /// and limits of f, such as 1 for tanh. For these events x is a constant point of the domain, so
  /// that no gradient is NaN. An event with a NaN counts as having a preimage.
  Preimage preimage(const Tensor& y, bool with_jacobian = true) const {
    require_value("y", y);
    return do_preimage(y, with_jacobian);
  }
  /// The limit of f at an end `x` of its domain, which may be infinite. Undefined unless f is known
  /// to be element-wise and monotone.
  Tensor limit(const Tensor& x) const { return do_limit(x); }
  /// The limit of the inverse at an end `y` of the codomain. Undefined under the same condition.
  Tensor inverse_limit(const Tensor& y) const { return do_inverse_limit(y); }

  /// The shape of y for an x of this shape. \throws c10::ValueError if no x can have it.
  virtual std::vector<int64_t> forward_shape(IntArrayRef shape) const { return shape.vec(); }
  /// The shape of x for a y of this shape. \throws c10::ValueError if no y can have it.
  virtual std::vector<int64_t> inverse_shape(IntArrayRef shape) const { return shape.vec(); }

  /// A copy with `change` applied to every tensor, and an empty cache. Expanding has no effect,
  /// since parameters broadcast.
  virtual TransformPtr changed(const core::Change& change) const;
  /// A copy on another device or with another dtype. \throws c10::TypeError if the dtype is not
  /// floating.
  TransformPtr to(const TensorOptions& options) const { return changed(core::Change::to(options)); }
  TransformPtr detach() const { return changed(core::Change::detach()); }

  /// Writes Python's repr, such as `ExpTransform()`.
  virtual void print(std::ostream& out) const;

 protected:
  /// \throws c10::ValueError unless `cache_size` is 0 or 1.
  explicit Transform(int64_t cache_size = 0);
  Transform(const Transform&) = default;
  Transform& operator=(const Transform&) = default;

  /// \throws c10::ValueError unless `cache_size` is 0 or 1.
  static void check_cache_size(int64_t cache_size);
  /// Replaces the cache. A class that only applies other transforms overrides it to replace theirs.
  virtual void set_cache_size(int64_t cache_size);
  /// Applies `change` to every tensor and transform of this class.
  virtual void change(const core::Change& change);

  /// \throws c10::NotImplementedError "Class::method is not implemented".
  [[noreturn]] void not_implemented(const char* method) const;

 private:
  friend TransformPtr;
  friend class InverseTransform;
  friend TORCH_DISTRIBUTIONS_API bool operator==(const Transform& a, const Transform& b);
  friend TORCH_DISTRIBUTIONS_API std::size_t hash_value(const Transform& transform);
  class Cache;

  /// A copy of this object, of its own class.
  virtual std::shared_ptr<Transform> copy() const = 0;

  virtual Tensor do_forward(const Tensor& x) const;
  virtual Tensor do_inverse(const Tensor& y) const;
  virtual Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const;
  virtual Preimage do_preimage(const Tensor& y, bool with_jacobian) const;
  /// The set outside of which `preimage` rejects values: the codomain without the limits for which
  /// the computed inverse is finite. `preimage` recognises other limits by their infinite inverse.
  virtual ConstraintPtr image() const { return codomain(); }
  virtual Tensor do_limit(const Tensor& /*x*/) const { return {}; }
  virtual Tensor do_inverse_limit(const Tensor& /*y*/) const { return {}; }
  /// Whether `other`, an object of the same class, is the same function. By default, only copies of
  /// one object are equal.
  virtual bool do_equals(const Transform& other) const;
  /// A hash of what `do_equals` compares. By default that of the class alone.
  virtual std::size_t do_hash() const { return 0; }

  /// \f$f^{-1}(y)\f$.
  Tensor inverse(const Tensor& y) const;

  void require_value(const char* argument, const Tensor& value) const {
    if (!core::holds_numbers(value)) [[unlikely]]
      refuse_value(argument, value);
  }
  [[noreturn]] void refuse_value(const char* argument, const Tensor& value) const;

  std::uint64_t identity_;  // shared by copies
  std::shared_ptr<Cache> cache_;
};

/// Implements copying for a transform class. A class that redeclares a public method, such as
/// `operator()`, does not compile.
template <class Self, class Base = Transform>
class ImplementsTransform : public Base {
 protected:
  using Base::Base;

 private:
  std::shared_ptr<Transform> copy() const override {
    static_assert(hides_no_method());
    return std::make_shared<Self>(static_cast<const Self&>(*this));
  }

  /// Fails to compile if `Self` declares a member that hides a public method.
  static consteval bool hides_no_method() {
    using core::take;
    using Call = Tensor (Transform::*)(const Tensor&) const;
    using Jacobian = Tensor (Transform::*)(const Tensor&, const Tensor&) const;
    using Cache = TransformPtr (Transform::*)(int64_t) const;
    using To = TransformPtr (Transform::*)(const TensorOptions&) const;
    using Detach = TransformPtr (Transform::*)() const;
    // clang-format off
    static_assert(requires { take<Call>(&Self::operator()); },
                  "override do_forward, not operator()");
    static_assert(requires { take<Jacobian>(&Self::log_abs_det_jacobian); },
                  "override do_log_abs_det_jacobian, not log_abs_det_jacobian");
    static_assert(requires { take<Cache>(&Self::with_cache); },
                  "override set_cache_size, not with_cache");
    static_assert(requires { take<To>(&Self::to); }, "override change, not to");
    static_assert(requires { take<Detach>(&Self::detach); }, "override change, not detach");
    // clang-format on
    return true;
  }
};

/// Whether both are the same function. Caches are not compared.
TORCH_DISTRIBUTIONS_API bool operator==(const Transform& a, const Transform& b);

/// A hash that is equal for equal transforms, also that of `std::hash<TransformPtr>`.
TORCH_DISTRIBUTIONS_API std::size_t hash_value(const Transform& transform);

TORCH_DISTRIBUTIONS_API std::ostream& operator<<(std::ostream& out, const Transform& transform);

/// Makes transforms printable by fmt.
TORCH_DISTRIBUTIONS_API std::string format_as(const Transform& transform);

}  // namespace transforms
}  // namespace torch::distributions

template <>
struct std::hash<torch::distributions::TransformPtr> {
  std::size_t operator()(const torch::distributions::TransformPtr& transform) const {
    return hash_value(*transform);
  }
};
