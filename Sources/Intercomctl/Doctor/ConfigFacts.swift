internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// The configuration files, read as the daemon reads them.
struct ConfigFacts {
    let folder: String
    let settings: Situation.Settings
    /// Files and folders of settings that the station's user may not read.
    var hidden: [String] = []

    /// More mistakes than fit on a screen are for `config check`.
    private static let shown = 5

    func report(to found: inout Diagnosis) {
        reportSettings(to: &found)
        for path in hidden {
            found.add(
                .fail, "\(path) may not be read by the station's own user",
                fix: "sudo chmod a+rX \(path)")
        }
    }

    /// Tells what reading the files found.
    private func reportSettings(to found: inout Diagnosis) {
        switch settings {
        case .absent:
            found.add(
                .fail, "there are no settings in \(folder)/intercomd.conf yet",
                fix: "sudo intercomctl setup")
        // Not a fault of the station: the caller lacks the right.
        case .unreadable(let error) where error.errno == SystemError.noPermission:
            found.add(.warn, error.finding, fix: "sudo intercomctl doctor")
        case .unreadable(let error):
            found.add(.fail, error.finding, fix: error.fix ?? "intercomctl config check")
        case .wrong(let error):
            for mistake in error.mistakes.prefix(Self.shown) {
                found.add(.fail, "\(mistake.origin): \(mistake.what)", fix: mistake.fix)
            }
            let more = error.mistakes.dropFirst(Self.shown).count + error.omitted
            guard more > 0 else { return }
            found.add(
                .fail, "and \(plural(more, "mistake")) more", fix: "intercomctl config check")
        case .right(let config):
            let peers = plural(config.otherPeers.count, "peer")
            found.add(.ok, "\(folder)/intercomd.conf + \(peers)")
            for warning in config.warnings + PlaceChecks.mistakes(in: config, of: folder) {
                found.add(.warn, "\(warning.origin): \(warning.what)", fix: warning.fix)
            }
        }
    }
}

extension ConfigFacts {
    init(_ situation: Situation) {
        self.init(
            folder: situation.folder, settings: situation.settings,
            hidden: Self.hidden(in: situation.folder, situation.paths))
    }

    /// The station's user is the owner of the state directory; what others may do, it may.
    ///
    /// The peers in that directory are read with that user's rights anyway.
    private static func hidden(in folder: String, _ paths: Paths) -> [String] {
        let owner = paths.directory.owner
        guard owner != 0 else { return [] }
        var found: [String] = []
        for place in [folder, "\(folder)/peers.d"] {
            let files = (try? FileStore.names(in: place, suffix: ".conf")) ?? []
            for path in [place] + files.map({ "\(place)/\($0)" }) {
                guard let status = (try? FileStore.status(of: path)) ?? nil else { continue }
                let isHidden = status.owner != owner && status.mode & 0o044 == 0
                if isHidden, !found.contains(path) { found.append(path) }
            }
        }
        return found
    }
}

/// The files of keys: whether they exist, their owner, and their permissions.
struct KeyFileFacts {
    /// What can be seen of a file or folder.
    enum Sight: Equatable {
        case absent
        /// No permission to look; then others have none either.
        case hidden
        case seen(mode: UInt32, owner: UInt32)
        /// It is something that no daemon makes, such as a symbolic link; the error says what.
        case refused(SystemError)
    }

    struct PSK {
        let peer: String
        let path: String
        let sight: Sight
        /// What is wrong with its text.
        var fault: String?
    }

    var paths: Paths
    /// The station's user: the owner of the state directory.
    var owner: UInt32?
    var folder = Sight.absent
    var identity = Sight.absent
    var identityFault: String?
    var psks: [PSK] = []
    /// What is wrong with the peers' public keys.
    var mistakes: [Mistake] = []
    var peersWithoutPSK: [String] = []
    /// Peers whose pre-shared key is in a file that another peer names, too.
    var shared: [String] = []
}

extension KeyFileFacts {
    init(_ situation: Situation) {
        self.init(paths: situation.paths)
        folder = sight(of: nil)
        owner = (try? paths.directory.status())?.owner
        identity = sight(of: Paths.identityName)
        var own: PublicKey?
        if case .seen = identity {
            do throws(StateError) {
                own = try KeyStore.publicKey(paths)
            } catch { identityFault = error.description }
        }
        guard var config = situation.config else { return }
        do throws(KeyChecks.ItselfError) {
            config = try KeyChecks.withoutItself(config, own: own)
        } catch { mistakes = [error.mistake] }
        mistakes += KeyChecks.keys(of: config.peers, own: own).mistakes
        let site = try? SiteBook.roster(paths)
        var files: [String] = []
        for peer in config.peers {
            switch peer.psk {
            case .none:
                // For a station of the site its introducer vouches (threat-model.md).
                if site?.station(withKey: peer.key) == nil, !peer.isRevoked {
                    peersWithoutPSK.append(peer.name)
                }
            case .credential: break
            case .file(let name):
                if files.contains(name) { shared.append(peer.name) }
                files.append(name)
                var psk = PSK(
                    peer: peer.name, path: "\(paths.keys)/\(name)", sight: sight(of: name))
                if case .seen = psk.sight {
                    do throws(StateError) {
                        _ = try KeyStore.psk(of: peer, paths)
                    } catch { psk.fault = error.description }
                }
                psks.append(psk)
            }
        }
    }

    /// The folder of keys, or a file in it.
    private func sight(of name: String?) -> Sight {
        let path = Paths.keysName + (name.map { "/\($0)" } ?? "")
        do throws(SystemError) {
            guard let status = try paths.directory.status(of: path) else { return .absent }
            // Reading says what is wrong with it.
            if name != nil, !status.isRegular { _ = try paths.directory.read(path, limit: 0) }
            return .seen(mode: status.mode, owner: status.owner)
        } catch {
            let isMute = error.errno == SystemError.noPermission && error.advice.isEmpty
            return isMute ? .hidden : .refused(error)
        }
    }
}

extension KeyFileFacts {
    func report(to found: inout Diagnosis) {
        let before = found.checks.count
        report(folder, paths.keys, mode: 0o700, to: &found)
        report(identity, paths.identity, mode: 0o600, to: &found)
        if found.checks.count == before, let identityFault {
            found.add(.fail, identityFault, fix: "restore \(paths.identity)")
        }
        for psk in psks { report(psk, to: &found) }
        for mistake in mistakes {
            found.add(
                .fail, "\(mistake.origin): \(mistake.what)",
                fix: "intercomctl key show on that station")
        }
        if found.checks.count == before { reportGood(to: &found) }
        // It works, and could be better.
        for peer in peersWithoutPSK {
            found.add(
                .ok, of: peer, "no pre-shared key: no post-quantum authentication",
                fix: "sudo intercomctl peer set --psk-file FILE \(peer), on both stations")
        }
        for peer in shared {
            found.add(
                .ok, of: peer, "its pre-shared key is also another peer's",
                fix: "sudo intercomctl peer set --psk-file FILE \(peer), one for each pair")
        }
    }

    /// Tells in one line that there is nothing to mend.
    private func reportGood(to found: inout Diagnosis) {
        switch (folder, identity) {
        case (.hidden, _), (_, .hidden):
            found.add(
                .ok, "not readable by this user, as intended", fix: "sudo intercomctl doctor keys")
        case (.absent, _), (_, .absent):
            found.add(.ok, "no identity yet; intercomd makes it at its first start")
        // A refusal is a complaint, and then this is not called.
        case (.seen, .seen), (.refused, _), (_, .refused):
            let secrets = psks.isEmpty ? "" : ", \(plural(psks.count, "pre-shared key"))"
            found.add(.ok, "identity 0600 in \(paths.keys) 0700\(secrets)")
        }
    }

    /// Complains about the kind, the rights or the owner of a file or folder.
    private func report(_ sight: Sight, _ path: String, mode: UInt32, to found: inout Diagnosis) {
        if case .refused(let error) = sight {
            return found.add(.fail, error.finding, fix: error.fix ?? "sudo ls -ln \(path)")
        }
        guard case .seen(let seen, let owner) = sight else { return }
        if seen & 0o077 != 0 {
            return found.add(
                .fail, "\(path) is \(octal(seen)): others have rights on it",
                fix: "sudo chmod \(octal(mode).dropFirst()) \(path)")
        }
        guard let station = self.owner, owner != station else { return }
        found.add(
            .fail, "\(path) belongs to user \(owner), the station to user \(station)",
            fix: "sudo chown -h \(station) \(path)")
    }

    private func report(_ psk: PSK, to found: inout Diagnosis) {
        let fix = "sudo intercomctl peer set --psk-file FILE \(psk.peer)"
        if psk.sight == .absent, folder != .hidden {
            return found.add(.fail, of: psk.peer, "there is no \(psk.path)", fix: fix)
        }
        let before = found.checks.count
        report(psk.sight, psk.path, mode: 0o600, to: &found)
        guard found.checks.count == before, let fault = psk.fault else { return }
        found.add(.fail, of: psk.peer, fault, fix: fix)
    }
}

/// The permission bits as chmod takes them, with four digits.
private func octal(_ mode: UInt32) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
