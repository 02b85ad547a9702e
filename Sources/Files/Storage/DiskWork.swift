internal import HAL

/// Work that is asked of a disk, and that a worn one holds up.
typealias DiskWork = Background<Result<Void, SystemError>>

/// The words about a disk that takes long.
package let diskLateness = "the disk has not answered for 5 s; a worn SD card does that"

/// The words about a disk that takes long to write a file.
func lateness(ofDiskWith path: String) -> String { "write \(path): \(diskLateness)" }
