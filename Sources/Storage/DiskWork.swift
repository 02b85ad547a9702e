internal import HAL

/// What came of something that was asked of a disk.
struct DiskWork {
    let error: SystemError?

    init(_ work: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try work()
            error = nil
        } catch { self.error = error }
    }

    /// What a person is told of a disk that takes long.
    static func lateness(of path: String) -> String {
        "write \(path): the disk has not answered for 5 s; a worn SD card does that"
    }
}
