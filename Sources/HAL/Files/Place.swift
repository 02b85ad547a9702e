internal import CLinux

/// Anything that has a name in a directory, opened only to look at it: a link itself, too.
struct Place: ~Copyable {
    let status: clinux_file_status
    let descriptor: FileDescriptor

    /// Opens a name of an open directory; `path` is what errors call it.
    init(
        _ name: String, in directory: Int32, at path: String, to purpose: String = "look at",
        followsLink: Bool = false
    ) throws(SystemError) {
        var status = clinux_file_status()
        let raw = try SystemError.check(
            unsafe clinux_place_open(directory, name, followsLink ? 1 : 0, &status),
            "\(purpose) \(path)")
        descriptor = FileDescriptor(owning: raw)
        self.status = status
    }

    /// As many as the kernel itself follows in a path.
    private static let linksMost = 40

    /// Opens a directory by its path, so that no lesser user chooses for root where it is.
    ///
    /// Root goes step by step. A symbolic link of root's is followed, such as `/var/lib` on another
    /// disk; one of another user's is refused, and so is a directory of root's inside a directory
    /// of another user, who could put a different one in its place. A directory of a lesser user
    /// needs no more care: root acts there with that user's rights. Any other process goes where
    /// its own rights lead.
    static func follow(_ path: String) throws(SystemError) -> Place {
        let isWhole = path.utf8.first == UInt8(ascii: "/")
        guard Environment.userID == 0 else {
            let place = try Place(path, in: AT_FDCWD, at: path, followsLink: true)
            guard place.status.is_directory != 0 else { throw noDirectory(path) }
            return place
        }
        var steps = Array(names(in: path).reversed())
        var here = try Place(isWhole ? "/" : ".", in: AT_FDCWD, at: path)
        var way = isWhole ? "" : "."
        var links = 0
        while let name = steps.popLast() {
            let there = "\(way)/\(name)"
            let next = try Place(name, in: here.descriptor.raw, at: there)
            if next.status.is_link != 0 {
                guard next.status.owner == 0, here.status.owner == 0 else {
                    throw SystemError(
                        operation: "follow \(there)", errno: EPERM,
                        advice: "it is a symbolic link that user "
                            + "\(max(next.status.owner, here.status.owner)) can change: write the"
                            + " directory's true path into [paths]")
                }
                links += 1
                guard links <= linksMost else {
                    throw SystemError(operation: "follow \(path)", errno: ELOOP)
                }
                let target = try next.target(at: there)
                steps += names(in: target).reversed()
                if target.utf8.first == UInt8(ascii: "/") {
                    here = try Place("/", in: AT_FDCWD, at: "/")
                    way = ""
                }
                continue
            }
            guard next.status.is_directory != 0 else { throw noDirectory(there) }
            guard here.status.owner == 0 || next.status.owner != 0 else {
                throw SystemError(
                    operation: "open \(there)", errno: EPERM,
                    advice: "it is root's, but user \(here.status.owner), whose \(way) is, can"
                        + " put another in its place: give one of them to the other's owner")
            }
            here = next
            way = there
        }
        return here
    }

    /// Where this link leads.
    private borrowing func target(at path: String) throws(SystemError) -> String {
        var text = InlineArray<4096, CChar>(repeating: 0)
        var span = text.mutableSpan
        let (raw, operation) = (descriptor.raw, "follow \(path)")
        let (result, target) = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: it is told the size of the buffer, and ends the text with a zero.
            let result = unsafe clinux_link_read(raw, buffer.baseAddress!, buffer.count)
            return (result, result < 0 ? "" : unsafe String(cString: buffer.baseAddress!))
        }
        _ = try SystemError.check(result, operation)
        return target
    }

    private static func names(in path: String) -> [String] {
        path.split(separator: "/").map { String($0) }.filter { $0 != "." }
    }

    private static func noDirectory(_ path: String) -> SystemError {
        SystemError(operation: "look at \(path)", errno: ENOTDIR)
    }
}
