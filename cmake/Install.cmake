# The CMake package. The install tree and the build tree use the same configuration file.
include(CMakePackageConfigHelpers)

# By default the package stays on this machine, and records where LibTorch is. A project that sets CMAKE_INSTALL_RPATH makes a
# package for other machines, which must not contain that path.
set(torch_folder "")
if(NOT DEFINED CMAKE_INSTALL_RPATH)
  set(torch_folder "${TORCH_INSTALL_PREFIX}")
  set_target_properties(torch_distributions PROPERTIES INSTALL_RPATH "${torch_folder}/lib")
endif()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/TorchDistributions")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TorchDistributionsConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfigVersion.cmake" COMPATIBILITY SameMinorVersion)

install(TARGETS torch_distributions EXPORT TorchDistributionsTargets FILE_SET HEADERS)

# The file for pkg-config. Its paths are relative to its own folder, so the installed tree can be moved.
set(pkg_config_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH pkg_config_prefix "/${pkg_config_dir}" "/")
string(REGEX REPLACE "/$" "" pkg_config_prefix "${pkg_config_prefix}")
set(pkg_config_definitions "")
if(NOT BUILD_SHARED_LIBS)
  set(pkg_config_definitions "-DTORCH_DISTRIBUTIONS_STATIC")
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/torch_distributions.pc.in" "${PROJECT_BINARY_DIR}/torch_distributions.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/torch_distributions.pc" DESTINATION "${pkg_config_dir}")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(EXPORT TorchDistributionsTargets NAMESPACE TorchDistributions:: DESTINATION "${package_dir}")
install(FILES
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfig.cmake"
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfigVersion.cmake"
  DESTINATION "${package_dir}")
export(EXPORT TorchDistributionsTargets NAMESPACE TorchDistributions::
  FILE "${PROJECT_BINARY_DIR}/TorchDistributionsTargets.cmake")
