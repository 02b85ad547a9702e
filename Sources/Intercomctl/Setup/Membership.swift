internal import HAL
internal import Report

/// The two groups whose members use `intercomctl` without `sudo`, and the user that runs `setup`.
struct Membership {
    private static let program = "/usr/sbin/usermod"
    static let groups = ["intercom", Right.administrators]

    let user: String

    /// The user of this login if they have become a member since it began, which only a new one
    /// shows to programs.
    static func joined() -> String? {
        guard let user = Environment.value(of: "USER"), isName(user),
            Environment.group(groups[0], lists: user) == true
        else { return nil }
        return user
    }

    /// Nil for a person who is in these groups, where they do not exist, and where nobody knows who
    /// that is: `sudo` alone says so.
    init?() {
        guard let user = Environment.value(of: "SUDO_USER"), user != "root", Self.isName(user),
            Self.groups.contains(where: { Environment.group($0, lists: user) == false })
        else { return nil }
        self.user = user
    }

    /// Whether it may be a word of a command line.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 32
        else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
    }

    /// For a person who types it.
    var command: String { "sudo usermod -aG \(Self.groups.joined(separator: ",")) \(user)" }

    /// Makes the person a member; returns what has failed.
    func failure() -> String? {
        SystemProgram.failure(
            Self.program, ["-aG", Self.groups.joined(separator: ","), "--", user],
            called: "usermod")
    }
}
