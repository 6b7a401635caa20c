// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/address.h"
#include "export/clients.h"
#include "export/server.h"
#include "lib/complain.h"
#include "lib/wait.h"

#define NSEC_PER_MSEC 1000000ULL

/*
 * The library's own limit, at which it accepts nobody any more, is never reached for long: who is
 * one too many is shut down while it accepts, ten at a time at most, and gone in the next round.
 * Its limit for each address would turn away the newest, a scraper that shares the address of
 * slow clients, rather than one of these.
 */
#define MOST_CONNECTIONS (ENERGY_MOST_CLIENTS + 16)

/* Without a byte in between; Prometheus keeps its connection for the next scrape, 15 s later. */
#define CONNECTION_TIMEOUT_S 30

/* For a request and the head of its answer: who sends a longer one is told so and let go. */
#define CONNECTION_MEMORY (16 << 10)

#define LARGEST_KEY (1 << 20)
#define REALM "energy"

static const char front_page[] =
"<!DOCTYPE html>\n"
"<html lang=\"en\"><head><title>energy export</title></head>\n"
"<body><h1>energy export</h1><p><a href=\"/metrics\">Metrics</a></p></body></html>\n";

struct energy_server {
	const char *who;
	const struct energy_export_options *options;
	struct energy_reading *reading;
	struct energy_auth auth;
	char *tls_cert, *tls_key;
	int fd;
	struct MHD_Daemon *daemon;
	struct energy_clients clients;

	uint64_t read_at_ns, tried_at_ns;
	bool has_read, has_tried;	/* a try succeeded */
	struct MHD_Response *responses[ENERGY_NR_FORMATS];	/* of the last reading */
	bool was_up;
	bool lost;	/* the files cannot be opened any more without privileges */
};

static void forget_responses(struct energy_server *server)
{
	size_t i;

	for (i = 0; i < ENERGY_NR_FORMATS; i++) {
		/* Those on their way to a client live until they are there. */
		if (server->responses[i])
			MHD_destroy_response(server->responses[i]);
		server->responses[i] = NULL;
	}
}

static bool dropped(const struct energy_server *server)
{
	return server->options->user || server->options->drop_capabilities;
}

/* Said once, not at each scrape. */
static void note_state(struct energy_server *server)
{
	const struct energy_reading *reading = server->reading;
	int err = reading->failure.err;

	if (!reading->up && server->was_up)
		energy_complain_failure(server->who, &reading->failure);
	if (reading->up && !server->was_up)
		energy_complain(server->who, "%s can be read again",
				reading->options.listing_path);
	server->was_up = reading->up;
	if (!reading->up && dropped(server) && (err == -EACCES || err == -EPERM)) {
		energy_complain(server->who, "%s must be opened anew, which takes the privileges "
				"that were dropped: ending, to be started again",
				reading->failure.path);
		server->lost = true;
	}
}

static bool is_fresh(const struct energy_server *server, bool is, uint64_t at_ns)
{
	return is && energy_now_ns() - at_ns < server->options->max_age_ns;
}

static void refresh(struct energy_server *server)
{
	if (is_fresh(server, server->has_read, server->read_at_ns))
		return;
	server->has_read = true;
	server->read_at_ns = energy_now_ns();
	forget_responses(server);
	energy_reading_refresh(server->reading);
	note_state(server);
}

static struct MHD_Response *text_response(const char *text, const char *type)
{
	struct MHD_Response *response;

	response = MHD_create_response_from_buffer(strlen(text), (void *)text,
						   MHD_RESPMEM_PERSISTENT);
	if (response && type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned int status,
				   const char *text)
{
	return answer(connection, status, text_response(text, "text/plain; charset=utf-8"));
}

static struct MHD_Response *render(struct energy_server *server, enum energy_format format)
{
	struct energy_text text = { .format = format };
	struct MHD_Response *response;

	energy_metrics(&text, server->reading, &server->options->metrics);
	if (text.failed) {
		energy_text_free(&text);
		return NULL;
	}
	response = MHD_create_response_from_buffer(text.len, text.at, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		energy_text_free(&text);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				energy_format_type(format));
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
	return response;
}

static enum MHD_Result answer_metrics(struct energy_server *server,
				      struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);
	enum energy_format format = energy_format_accepted(accept);

	refresh(server);
	if (!server->responses[format])
		server->responses[format] = render(server, format);
	if (!server->responses[format])
		return answer_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	return MHD_queue_response(connection, MHD_HTTP_OK, server->responses[format]);
}

/* As old as a reading may be. What succeeds is for a scrape to take in, what fails is said. */
static bool is_healthy(struct energy_server *server)
{
	if (is_fresh(server, server->has_read, server->read_at_ns))
		return server->reading->up;
	if (is_fresh(server, server->has_tried, server->tried_at_ns))
		return true;
	server->tried_at_ns = energy_now_ns();
	server->has_tried = !energy_reading_try(server->reading);
	if (!server->has_tried)
		refresh(server);
	return server->has_tried;
}

static enum MHD_Result answer_health(struct energy_server *server,
				     struct MHD_Connection *connection)
{
	if (is_healthy(server))
		return answer_text(connection, MHD_HTTP_OK, "ok\n");
	return answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			   "energy_core's files cannot be read\n");
}

static bool may_read(struct energy_server *server, struct MHD_Connection *connection)
{
	char *password = NULL, *name;
	bool may;

	if (!server->auth.nr_logins)
		return true;
	name = MHD_basic_auth_get_username_password(connection, &password);
	may = name && password && energy_auth_check(&server->auth, name, password);
	MHD_free(name);
	MHD_free(password);
	return may;
}

static enum MHD_Result ask_for_login(struct MHD_Connection *connection)
{
	struct MHD_Response *response = text_response("a name and a password are needed\n", NULL);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	result = MHD_queue_basic_auth_fail_response(connection, REALM, response);
	MHD_destroy_response(response);
	return result;
}

/* The library's word that somebody came or went, in the thread that serves. */
static void note_client(void *context, struct MHD_Connection *connection, void **client,
			enum MHD_ConnectionNotificationCode what)
{
	struct energy_server *server = context;
	const struct sockaddr *from;
	int fd;

	if (what != MHD_CONNECTION_NOTIFY_STARTED) {
		if (*client)
			energy_clients_remove(&server->clients, *client);
		return;
	}
	/* What the library returns may be the same place each time. */
	fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	from = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	*client = energy_clients_add(&server->clients, fd, from);
}

static void hear(struct energy_server *server, struct MHD_Connection *connection)
{
	struct energy_client *client =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;

	if (client)
		energy_clients_hear(&server->clients, client);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	struct energy_server *server = context;
	struct MHD_Response *response;

	(void)version;
	(void)upload;
	/*
	 * The first call is for the request's head, the last one for its end; between, what comes
	 * with it is let go by. An answer before the end would be the connection's last.
	 */
	if (!*state || *upload_size) {
		*state = server;
		*upload_size = 0;
		return MHD_YES;
	}
	hear(server, connection);
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD)) {
		response = text_response("only GET and HEAD\n", NULL);
		if (response)
			MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, response);
	}
	if (!strcmp(path, "/livez"))
		return answer_text(connection, MHD_HTTP_OK, "ok\n");
	if (!strcmp(path, "/healthz"))
		return answer_health(server, connection);
	if (!may_read(server, connection))
		return ask_for_login(connection);
	if (!strcmp(path, "/metrics"))
		return answer_metrics(server, connection);
	if (!strcmp(path, "/"))
		return answer(connection, MHD_HTTP_OK,
			      text_response(front_page, "text/html; charset=utf-8"));
	return answer_text(connection, MHD_HTTP_NOT_FOUND, "not found (try /metrics)\n");
}

__attribute__((format(printf, 2, 0)))
static void log_message(void *context, const char *format, va_list args)
{
	struct energy_server *server = context;
	char line[512];

	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	/* What a client did wrong is not for the log: clients could fill it. */
	if (!server->daemon)
		energy_complain(server->who, "%s", line);
}

/* The file as a string from malloc(); complains and returns NULL where it cannot be read. */
static char *read_key(const char *who, const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;

	if (file) {
		text = malloc(LARGEST_KEY);
		if (text)
			len = fread(text, 1, LARGEST_KEY - 1, file);
		if (text && ferror(file)) {
			free(text);
			text = NULL;
		}
		if (text)
			text[len] = '\0';
	}
	if (!text)
		energy_complain(who, "cannot read %s: %s", path, strerror(errno));
	if (file)
		fclose(file);
	return text;
}

static bool read_secrets(struct energy_server *server)
{
	const struct energy_export_options *options = server->options;
	char why[512];

	if (options->tls_cert) {
		server->tls_cert = read_key(server->who, options->tls_cert);
		server->tls_key = server->tls_cert ? read_key(server->who, options->tls_key) : NULL;
		if (!server->tls_key)
			return false;
	}
	if (options->auth && energy_auth_read(&server->auth, options->auth, why, sizeof(why))) {
		energy_complain(server->who, "%s", why);
		return false;
	}
	return true;
}

static bool open_socket(struct energy_server *server)
{
	const struct energy_export_options *options = server->options;
	struct energy_address address;

	if (!energy_address_parse(&address, options->listen)) {
		energy_complain(server->who, "cannot listen on %s: not ADDRESS:PORT, such as "
				"127.0.0.1:28200 or [::1]:28200", options->listen);
		return false;
	}
	server->fd = energy_address_listen(&address);
	if (server->fd < 0) {
		energy_complain(server->who, "cannot listen on %s: %s", options->listen,
				strerror(-server->fd));
		return false;
	}
	if (options->auth && !options->tls_cert && !address.loopback)
		energy_complain(server->who, "passwords for %s go over the network in the clear "
				"(try --tls-cert and --tls-key)", options->listen);
	return true;
}

struct energy_server *energy_server_open(const char *who,
					 const struct energy_export_options *options,
					 struct energy_reading *reading)
{
	struct energy_server *server = calloc(1, sizeof(*server));

	if (!server) {
		energy_complain(who, "%s", strerror(ENOMEM));
		return NULL;
	}
	server->who = who;
	server->options = options;
	server->reading = reading;
	server->was_up = true;
	server->fd = -1;
	if (read_secrets(server) && open_socket(server))
		return server;
	energy_server_close(server);
	return NULL;
}

static bool start_daemon(struct energy_server *server)
{
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL }
	};

	if (server->tls_cert)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, server,
					  MHD_OPTION_EXTERNAL_LOGGER, log_message, server,
					  MHD_OPTION_LISTEN_SOCKET, server->fd,
					  MHD_OPTION_CONNECTION_LIMIT, MOST_CONNECTIONS,
					  MHD_OPTION_CONNECTION_MEMORY_LIMIT,
					  (size_t)CONNECTION_MEMORY,
					  MHD_OPTION_NOTIFY_CONNECTION, note_client, server,
					  MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S,
					  MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	return server->daemon;
}

static int wait_and_serve(struct energy_server *server)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon,
							       MHD_DAEMON_INFO_EPOLL_FD);

	while (!server->lost) {
		MHD_UNSIGNED_LONG_LONG timeout_ms;
		uint64_t deadline_ns = UINT64_MAX;

		if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
			deadline_ns = energy_now_ns() + timeout_ms * NSEC_PER_MSEC;
		if (energy_wait(deadline_ns, info->epoll_fd) == ENERGY_EVENT_END)
			return 0;
		MHD_run(server->daemon);
	}
	return -EACCES;
}

int energy_server_run(struct energy_server *server)
{
	char address[ENERGY_ADDRESS_MAX];

	signal(SIGPIPE, SIG_IGN);
	if (!start_daemon(server)) {
		energy_complain(server->who, "cannot start the server%s", server->tls_cert ?
				": do the certificate and the key belong together, in PEM?" : "");
		return -EINVAL;
	}
	energy_address_text(address, sizeof(address), server->fd);
	energy_complain(server->who, "serving http%s://%s/metrics", server->tls_cert ? "s" : "",
			address);
	return wait_and_serve(server);
}

void energy_server_close(struct energy_server *server)
{
	if (!server)
		return;
	forget_responses(server);
	/* The daemon closes its socket itself. */
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	else if (server->fd >= 0)
		close(server->fd);
	energy_auth_free(&server->auth);
	if (server->tls_key)
		explicit_bzero(server->tls_key, strlen(server->tls_key));
	free(server->tls_key);
	free(server->tls_cert);
	free(server);
}
