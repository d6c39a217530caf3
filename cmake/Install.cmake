# The package: installed, and exported from the build folder, with one and the same configuration file.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/TorchDistributions")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TorchDistributionsConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfigVersion.cmake" COMPATIBILITY SameMinorVersion)

install(TARGETS torch_distributions EXPORT TorchDistributionsTargets FILE_SET HEADERS)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(EXPORT TorchDistributionsTargets NAMESPACE TorchDistributions:: DESTINATION "${package_dir}")
install(FILES
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfig.cmake"
  "${PROJECT_BINARY_DIR}/TorchDistributionsConfigVersion.cmake"
  DESTINATION "${package_dir}")
export(EXPORT TorchDistributionsTargets NAMESPACE TorchDistributions::
  FILE "${PROJECT_BINARY_DIR}/TorchDistributionsTargets.cmake")
