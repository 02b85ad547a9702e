// The controls of a simulated sound card as alsa-lib opens them: `type simcard` of a ctl.
//
// Field: path, that of the card. The controls are Speaker (0 to 64) and Mic (0 to 31), each with a
// switch, kept in PATH.mixer, which everyone maps; who has them open gets an event of each change,
// as of a real card, when it asks for one (nothing wakes it). They change no sound: what the world
// hears and says is up to the program `simcard`. To see or set them:
// amixer -D simcard:CARD=kitchen.
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ELEMENTS = 4, MAGIC = 0x6d697865 };

static const struct element {
	const char *name;
	int type;
	long most, first;
} elements[ELEMENTS] = {
	{ "Speaker Playback Switch", SND_CTL_ELEM_TYPE_BOOLEAN, 1, 1 },
	{ "Speaker Playback Volume", SND_CTL_ELEM_TYPE_INTEGER, 64, 32 },
	{ "Mic Capture Switch", SND_CTL_ELEM_TYPE_BOOLEAN, 1, 1 },
	{ "Mic Capture Volume", SND_CTL_ELEM_TYPE_INTEGER, 31, 15 },
};

struct shared {
	_Atomic int32_t magic, values[ELEMENTS];
};

struct mixer {
	snd_ctl_ext_t ext;
	struct shared *shared;
	/* As this program knows them: what differs is an event for it. */
	int32_t seen[ELEMENTS];
};

static struct shared *open_shared(const char *path)
{
	char name[512];
	snprintf(name, sizeof name, "%s.mixer", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, sizeof(struct shared)) < 0)
		return NULL;
	struct shared *shared =
		mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (shared == MAP_FAILED)
		return NULL;
	int32_t fresh = 0;
	if (atomic_compare_exchange_strong(&shared->magic, &fresh, MAGIC)) {
		for (int i = 0; i < ELEMENTS; i++)
			shared->values[i] = (int32_t)elements[i].first;
	}
	return shared;
}

static void close_mixer(snd_ctl_ext_t *ext)
{
	struct mixer *mixer = ext->private_data;
	munmap(mixer->shared, sizeof *mixer->shared);
	free(mixer);
}

static int count(snd_ctl_ext_t *ext)
{
	(void)ext;
	return ELEMENTS;
}

static int list(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id)
{
	(void)ext;
	if (offset >= ELEMENTS)
		return -EINVAL;
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
	snd_ctl_elem_id_set_name(id, elements[offset].name);
	return 0;
}

static snd_ctl_ext_key_t find(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	(void)ext;
	const char *name = snd_ctl_elem_id_get_name(id);
	for (unsigned int i = 0; i < ELEMENTS; i++) {
		if (strcmp(name, elements[i].name) == 0)
			return i;
	}
	return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int attribute(
	snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access, unsigned int *count)
{
	(void)ext;
	*type = elements[key].type;
	*access = SND_CTL_EXT_ACCESS_READWRITE;
	*count = 1;
	return 0;
}

static int bounds(
	snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step)
{
	(void)ext;
	*least = 0;
	*most = elements[key].most;
	*step = 1;
	return 0;
}

static int read_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct mixer *mixer = ext->private_data;
	*value = mixer->shared->values[key];
	return 0;
}

static int write_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct mixer *mixer = ext->private_data;
	if (*value < 0 || *value > elements[key].most)
		return -EINVAL;
	int32_t old = atomic_exchange(&mixer->shared->values[key], (int32_t)*value);
	return old != *value;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask)
{
	struct mixer *mixer = ext->private_data;
	for (unsigned int i = 0; i < ELEMENTS; i++) {
		int32_t now = mixer->shared->values[i];
		if (now == mixer->seen[i])
			continue;
		mixer->seen[i] = now;
		list(ext, i, id);
		*mask = SND_CTL_EVENT_MASK_VALUE;
		return 1;
	}
	return -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
	.close = close_mixer, .elem_count = count, .elem_list = list, .find_elem = find,
	.get_attribute = attribute, .get_integer_info = bounds, .read_integer = read_value,
	.write_integer = write_value, .read_event = read_event,
};

static const char *path_of(snd_config_t *conf)
{
	snd_config_t *field;
	const char *path;
	if (snd_config_search(conf, "path", &field) < 0 || snd_config_get_string(field, &path) < 0)
		return NULL;
	return path;
}

SND_CTL_PLUGIN_DEFINE_FUNC(simcard)
{
	(void)root;
	const char *path = path_of(conf);
	if (path == NULL)
		return -EINVAL;
	struct mixer *mixer = calloc(1, sizeof *mixer);
	if (mixer == NULL)
		return -ENOMEM;
	mixer->shared = open_shared(path);
	if (mixer->shared == NULL) {
		free(mixer);
		return -errno;
	}
	for (int i = 0; i < ELEMENTS; i++)
		mixer->seen[i] = mixer->shared->values[i];
	mixer->ext = (snd_ctl_ext_t){ .version = SND_CTL_EXT_VERSION, .id = "simcard",
		.driver = "simcard", .name = "simulated sound card", .longname = "simulated sound card",
		.mixername = "simulated mixer", .poll_fd = -1, .callback = &callbacks,
		.private_data = mixer };
	int result = snd_ctl_ext_create(&mixer->ext, name, mode);
	if (result < 0) {
		close_mixer(&mixer->ext);
		return result;
	}
	*handlep = mixer->ext.handle;
	return 0;
}

SND_CTL_PLUGIN_SYMBOL(simcard);
