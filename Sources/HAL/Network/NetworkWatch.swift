internal import CLinux

/// Reports whether the kernel has changed a link, an address or a route of this machine.
public final class NetworkWatch {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try SystemError.check(clinux_network_watch(), "watch the network"))
    }

    /// The descriptor for the event loop: readable when something has changed.
    public var fd: Int32 { descriptor.raw }

    /// Whether anything has changed since the last call; one system call when nothing has.
    public func hasChanged() -> Bool { clinux_network_changed(descriptor.raw) != 0 }
}
