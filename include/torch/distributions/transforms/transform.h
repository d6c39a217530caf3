#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <cstdint>
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

/// Owns some transform; callable like the transform.
using TransformPtr = core::Shared<Transform>;

/// A map \f$y = f(x)\f$ with, where it is bijective, an inverse and the logarithm of the Jacobian's
/// determinant.
///
/// Of shape `batch_shape + event_shape`, x and y are mapped event by event, an event being the last
/// `domain()->event_dim()` dimensions of x, and the last `codomain()->event_dim()` of y.
///
/// A transform is immutable but for its cache: with `cache_size` 1 it keeps the last pair (x, y),
/// so that the inverse of what was just computed costs nothing and loses no digits, and the very
/// tensor is returned. Copies and inverse views share the cache, which is safe from many threads.
/// It never changes a gradient: a tensor that was computed without a graph is not served where a
/// graph is needed, nor is one whose key was modified in place. But where the cache returns the x
/// from which y was computed, that x has no derivative with respect to y.
///
/// A class derives from `ImplementsTransform<Self>` and overrides the private hooks that it has.
class TORCH_DISTRIBUTIONS_API Transform {
 public:
  virtual ~Transform() = default;

  /// Whether `inv` is an exact inverse and `log_abs_det_jacobian` exists.
  virtual bool bijective() const { return false; }
  virtual ConstraintPtr domain() const = 0;
  virtual ConstraintPtr codomain() const = 0;
  /// The event dimensions of both ends. \throws c10::ValueError where they differ.
  virtual int64_t event_dim() const;
  /// 1 where y increases with x, -1 where it decreases. \throws c10::NotImplementedError for a
  /// transform that is not monotone and element-wise.
  virtual Tensor sign() const;

  /// The inverse, as a view that shares the cache; `t.inv()->inv() == t`.
  virtual TransformPtr inv() const;
  /// This transform with a fresh cache of `cache_size` entries (0 or 1), or itself if it has such a
  /// one.
  TransformPtr with_cache(int64_t cache_size = 1) const;
  virtual int64_t cache_size() const { return cache_ ? 1 : 0; }

  /// \f$f(x)\f$.
  Tensor operator()(const Tensor& x) const;
  /// \f$\log |\det \partial y / \partial x|\f$ where `y` is `f(x)`: of x's shape less the event
  /// dimensions.
  Tensor log_abs_det_jacobian(const Tensor& x, const Tensor& y) const;

  /// What a value is the image of.
  struct Preimage {
    Tensor x;                     // a point of the domain whose image is the event, if there is one
    Tensor log_abs_det_jacobian;  // log |det dy/dx| at x; undefined unless asked for
    Tensor outside;               // which events are the image of no finite x; undefined: none
  };

  /// \f$f^{-1}(y)\f$, and which events of y have no preimage: those outside the codomain, and the
  /// limits of f, such as 1 for tanh. For these x is a constant point of the domain, so that no
  /// gradient is NaN. An event with a NaN counts as one that has a preimage.
  Preimage preimage(const Tensor& y, bool with_jacobian = true) const {
    require_value("y", y);
    return do_preimage(y, with_jacobian);
  }
  /// The limit of f at an end of its domain, which may be infinite, or of its inverse at an end of
  /// its codomain; undefined unless f is known to be element-wise and monotone.
  Tensor limit(const Tensor& x) const { return do_limit(x); }
  Tensor inverse_limit(const Tensor& y) const { return do_inverse_limit(y); }

  /// The shape of y for an x of this shape. \throws c10::ValueError where no x has it.
  virtual std::vector<int64_t> forward_shape(IntArrayRef shape) const { return shape.vec(); }
  /// The shape of x for a y of this shape. \throws c10::ValueError where no y has it.
  virtual std::vector<int64_t> inverse_shape(IntArrayRef shape) const { return shape.vec(); }

  /// A copy with every tensor moved, converted or detached, and an empty cache. Expanding changes
  /// nothing, since parameters broadcast.
  virtual TransformPtr changed(const core::Change& change) const;
  /// On another device or of another dtype. \throws c10::TypeError for a dtype that is not
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
  /// Replaces the cache; a class that only applies other transforms replaces theirs instead.
  virtual void set_cache_size(int64_t cache_size);
  /// Changes every tensor and transform that this class holds.
  virtual void change(const core::Change& change);

  /// \throws c10::NotImplementedError "Class::method is not implemented".
  [[noreturn]] void not_implemented(const char* method) const;

 private:
  friend TransformPtr;
  friend class InverseTransform;
  friend TORCH_DISTRIBUTIONS_API bool operator==(const Transform& a, const Transform& b);
  class Cache;

  /// A copy of this object as its own class.
  virtual std::shared_ptr<Transform> copy() const = 0;

  virtual Tensor do_forward(const Tensor& x) const;
  virtual Tensor do_inverse(const Tensor& y) const;
  virtual Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const;
  virtual Preimage do_preimage(const Tensor& y, bool with_jacobian) const;
  /// The values that may be images: the codomain, without the limits that the inverse rounds to a
  /// finite x. `preimage` finds the other limits by their infinite x.
  virtual ConstraintPtr image() const { return codomain(); }
  virtual Tensor do_limit(const Tensor& /*x*/) const { return {}; }
  virtual Tensor do_inverse_limit(const Tensor& /*y*/) const { return {}; }
  /// Whether `other`, which is of the same class, is the same function. By default only copies of
  /// one object are.
  virtual bool do_equals(const Transform& other) const;

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

/// The part of a transform class that depends on the class alone. A class that declares a public
/// method itself, such as `operator()`, does not compile.
template <class Self, class Base = Transform>
class ImplementsTransform : public Base {
 protected:
  using Base::Base;

 private:
  std::shared_ptr<Transform> copy() const override {
    static_assert(hides_no_method());
    return std::make_shared<Self>(static_cast<const Self&>(*this));
  }

  /// Fails to compile when `Self` declares a member of the name of a public method, which hides it.
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

/// Whether both are the same function; caches do not count.
TORCH_DISTRIBUTIONS_API bool operator==(const Transform& a, const Transform& b);

TORCH_DISTRIBUTIONS_API std::ostream& operator<<(std::ostream& out, const Transform& transform);

/// What fmt prints.
TORCH_DISTRIBUTIONS_API std::string format_as(const Transform& transform);

}  // namespace transforms
}  // namespace torch::distributions
