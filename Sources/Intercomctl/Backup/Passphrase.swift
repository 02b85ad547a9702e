internal import Backup
internal import Crypto
internal import HAL

/// What a backup is sealed by, in memory that is wiped.
///
/// It comes from the terminal, which does not show it, from a file or from standard input, never
/// from the command line, which other users can read and the shell keeps.
struct Passphrase: ~Copyable {
    /// What NIST SP 800-63B-4 §3.1.1.2 asks of a secret that stands alone.
    static let least = 15
    private static let most = 1024

    private let text: Secret
    private let count: Int

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { text.bytes.extracting(first: count) }
    }

    /// Reads what `load` writes, and returns the size of; nil where it finds none.
    private init?(_ load: (inout MutableSpan<UInt8>) throws(Failure) -> Int?) throws(Failure) {
        var text = Secret(count: Self.most)
        var bytes = text.mutableBytes
        guard let count = try load(&bytes) else { return nil }
        self.text = text
        self.count = count
    }

    /// The passphrase of a new backup: strong enough, and typed twice if it is typed.
    static func chosen(_ invocation: borrowing Invocation) throws(Failure) -> Passphrase {
        if invocation.isGenerated { return try generated() }
        let isTyped = invocation.passphraseFile == nil && Keyboard.isThere
        let passphrase = try given(
            invocation, isTyped: isTyped, "passphrase for the backup (not shown): ")
        if let complaint = passphrase.complaint { throw Failure(.failed, complaint) }
        guard isTyped else { return passphrase }
        let again = try typed("the same again: ")
        guard passphrase.isEqual(to: again) else {
            throw Failure(.failed, "the two passphrases differ; nothing is written")
        }
        return passphrase
    }

    /// The passphrase of a backup that there is; `isInputTaken` when the backup itself comes by
    /// standard input.
    static func known(
        _ invocation: borrowing Invocation, isInputTaken: Bool
    ) throws(Failure) -> Passphrase {
        let isTyped = invocation.passphraseFile == nil && (isInputTaken || Keyboard.isThere)
        return try given(invocation, isTyped: isTyped, "passphrase of the backup (not shown): ")
    }

    private static func given(
        _ invocation: borrowing Invocation, isTyped: Bool, _ prompt: String
    ) throws(Failure) -> Passphrase {
        if isTyped { return try typed(prompt) }
        guard let path = invocation.passphraseFile else {
            let read = try Passphrase { Keyboard.secretLine(into: &$0) }
            guard let read else {
                throw Failure(
                    .failed,
                    "standard input has no passphrase in its first line; type it at a terminal, or"
                        + " name a file with --passphrase-file")
            }
            return read
        }
        let read = try Passphrase { (bytes) throws(Failure) in
            do throws(SystemError) {
                let count = try FileStore.readSecret(path, into: &bytes)
                for place in 0..<count where bytes[place] == UInt8(ascii: "\n") { return place }
                return count
            } catch { throw Failure(error) }
        }
        guard let read else { throw Failure.misfit }
        return read
    }

    private static func typed(_ prompt: String) throws(Failure) -> Passphrase {
        let read = try Passphrase { (bytes) throws(Failure) in
            do throws(SystemError) {
                return try Keyboard.secret(prompt, into: &bytes)
            } catch {
                throw Failure(
                    .failed, "\(error); name a file that holds it with --passphrase-file")
            }
        }
        guard let read else { throw Failure(.failed, "no passphrase; nothing is written") }
        return read
    }

    /// Why it is too weak for a new backup; nil when it is not.
    ///
    /// Only characters that every keyboard and terminal makes the same bytes of: the passphrase may
    /// be typed again on another machine, years later.
    private var complaint: String? {
        let bytes = bytes
        for place in bytes.indices where !(0x20...0x7e).contains(bytes[place]) {
            return "the passphrase has a character outside ASCII, which another terminal may send"
                + " as other bytes; use letters a-z, digits, spaces and signs"
        }
        guard count < Self.least else { return nil }
        return "the passphrase has \(count) characters, and needs \(Self.least): anyone who has the"
            + " file can try millions of short ones; use five words or more, or --generate"
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let groups = 5

    /// A passphrase of 100 random bits, shown once on the terminal: `k7mq-x2wh-…`.
    private static func generated() throws(Failure) -> Passphrase {
        guard Terminal.isInteractive(.complaint) else {
            throw Failure(
                .usage, "--generate shows the passphrase on a terminal, and standard error is none")
        }
        let made = try Passphrase { (bytes) in
            var bits = Secret(count: 4 * groups)
            var span = bits.mutableBytes
            Random.fill(&span)
            var count = 0
            for place in 0..<4 * groups {
                if place > 0, place % 4 == 0 {
                    bytes[count] = UInt8(ascii: "-")
                    count += 1
                }
                bytes[count] = alphabet[Int(bits.bytes[place] & 31)]
                count += 1
            }
            return count
        }
        guard let made else { throw Failure.misfit }
        Terminal.write(
            "passphrase: \(made.shown)\nwrite it down: without it the backup is worth nothing\n",
            to: .complaint)
        return made
    }

    private borrowing func isEqual(to other: borrowing Passphrase) -> Bool {
        let (left, right) = (bytes, other.bytes)
        return left.count == right.count && left.indices.allSatisfy { left[$0] == right[$0] }
    }

    /// For the screen of the person who keeps it.
    private var shown: String {
        let bytes = bytes
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
